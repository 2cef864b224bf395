{{/*
An environment variable from a secret setting: {root, name, ref, own}. `own` is the key it has in the chart's own Secret
when it is given as a value.
*/}}
{{- define "gateway.secretEnv" -}}
{{- if .ref.existingSecret }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: { name: {{ .ref.existingSecret }}, key: {{ .ref.key }} }
{{- else if .ref.value }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: { name: {{ .secret | default (include "gateway.fullname" .root) }}, key: {{ .own }} }
{{- else }}
{{- fail (printf "%s: give existingSecret and key, or value" .what) }}
{{- end }}
{{- end -}}

{{/* The connection string of a role: {root, role, name}. */}}
{{- define "gateway.databaseEnv" -}}
{{- $role := index .root.Values.postgresql.roles .role -}}
{{- $what := printf "postgresql.roles.%s" .role -}}
{{- $pg := .root.Values.postgresql -}}
{{- if or $role.url.existingSecret $role.url.value }}
{{- include "gateway.secretEnv" (dict "root" .root "name" .name "ref" $role.url "own" (printf "%s-url" .role) "secret" .secret "what" $what) }}
{{- else }}
{{- include "gateway.secretEnv" (dict "root" .root "name" "DATABASE_PASSWORD" "ref" $role.password "own" (printf "%s-password" .role) "secret" .secret "what" (printf "%s.password" $what)) }}
- name: {{ .name }}
  value: postgresql://{{ $role.user }}:$(DATABASE_PASSWORD)@{{ required "postgresql.host: give it, or a url of each role" $pg.host }}:{{ $pg.port }}/{{ $pg.database }}{{ with $pg.parameters }}?{{ . }}{{ end }}
{{- end }}
{{- end -}}

{{/* The secrets that are given as values, as the data of the chart's own Secret. */}}
{{- define "gateway.ownSecrets" -}}
{{- $own := dict -}}
{{- with .Values }}
{{- if and .adminToken.value (not .adminToken.existingSecret) }}{{ $_ := set $own "admin-token" .adminToken.value }}{{ end }}
{{- if and .keyPepper.value (not .keyPepper.existingSecret) }}{{ $_ := set $own "key-pepper" .keyPepper.value }}{{ end }}
{{- if and .masterKey.value (not .masterKey.existingSecret) }}{{ $_ := set $own "master-key" .masterKey.value }}{{ end }}
{{- if and .nats.password.value (not .nats.password.existingSecret) }}{{ $_ := set $own "nats-password" .nats.password.value }}{{ end }}
{{- if and .redis.url.value (not .redis.url.existingSecret) }}{{ $_ := set $own "redis-url" .redis.url.value }}{{ end }}
{{- range .providerKeys }}
{{- if and .value (not .existingSecret) }}{{ $_ := set $own (printf "provider-%s" .env) .value }}{{ end }}
{{- end }}
{{- range $name, $role := .postgresql.roles }}
{{- if ne $name "owner" }}
{{- if and $role.password.value (not $role.password.existingSecret) }}{{ $_ := set $own (printf "%s-password" $name) $role.password.value }}{{ end }}
{{- if and $role.url.value (not $role.url.existingSecret) }}{{ $_ := set $own (printf "%s-url" $name) $role.url.value }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $own -}}
{{- end -}}
