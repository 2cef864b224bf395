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
What each service is: whether one leads while others stand by, whether it has a schema, and whose gRPC it calls. Deployments,
environment and network policies all follow from this.
*/}}
{{- define "gateway.components" -}}
ingress: { leads: false, hasSchema: true, calls: [journal, quota, billing, accounts, router] }
router: { leads: false, hasSchema: false, calls: [journal] }
journal: { leads: true, hasSchema: true, calls: [] }
quota: { leads: true, hasSchema: true, calls: [journal] }
billing: { leads: true, hasSchema: true, calls: [journal] }
accounts: { leads: true, hasSchema: true, calls: [journal] }
{{- end -}}
