{{- define "gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for "-accounts-tls" and the like to fit a name of 63. */}}
{{- define "gateway.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "gateway.name" . -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "gateway.labels" -}}
{{ include "gateway.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "gateway.selector" -}}
app.kubernetes.io/name: {{ include "gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "gateway.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "gateway.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "gateway.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "gateway.tlsSecret" -}}
{{- default (printf "%s-%s-tls" (include "gateway.fullname" .root) .component) .root.Values.tls.existingSecret -}}
{{- end -}}

{{/*
What each component is: whether one leads while others stand by, whether it has a schema, the services it runs, and the
services whose gRPC it calls, with the component that runs them. Deployments, environment and network policies all follow from
this.
*/}}
{{- define "gateway.components" -}}
{{- if .Values.leaders.together }}
ingress: { leads: false, hasSchema: true, runs: [ingress], calls: { journal: leaders, quota: leaders, billing: leaders, accounts: leaders, router: router } }
router: { leads: false, hasSchema: false, runs: [router], calls: { journal: leaders, accounts: leaders } }
leaders: { leads: true, hasSchema: true, runs: [journal, quota, billing, accounts], calls: { router: router } }
{{- else }}
ingress: { leads: false, hasSchema: true, runs: [ingress], calls: { journal: journal, quota: quota, billing: billing, accounts: accounts, router: router } }
router: { leads: false, hasSchema: false, runs: [router], calls: { journal: journal, accounts: accounts } }
journal: { leads: true, hasSchema: true, runs: [journal], calls: {} }
quota: { leads: true, hasSchema: true, runs: [quota], calls: { journal: journal, accounts: accounts } }
billing: { leads: true, hasSchema: true, runs: [billing], calls: { journal: journal, accounts: accounts } }
accounts: { leads: true, hasSchema: true, runs: [accounts], calls: { journal: journal, quota: quota, billing: billing, router: router } }
{{- end }}
{{- end -}}

{{/* The program of a component, as the items of a command: its facts. */}}
{{- define "gateway.program" -}}
{{- if gt (len .runs) 1 -}}
node, services/together/src/main.ts, {{ join ", " .runs }}
{{- else -}}
node, services/{{ first .runs }}/src/main.ts
{{- end -}}
{{- end -}}
