{{/* The environment of a component: {root, component, facts}. Each gets what it needs and no other secret. */}}
{{- define "gateway.environment" -}}
{{- $root := .root -}}
{{- $component := .component -}}
{{- $fullname := include "gateway.fullname" $root -}}
{{- with $root.Values -}}
- { name: GATEWAY_CONFIG, value: /etc/gateway/config/gateway.yaml }
- { name: GATEWAY_LOG_LEVEL, value: {{ .logLevel }} }
- name: GATEWAY_INSTANCE
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- { name: GATEWAY_DRAIN_TIMEOUT_MS, value: {{ (index .components $component).drainTimeoutMs | int64 | quote }} }
{{- if eq $component "ingress" }}
- { name: GATEWAY_HOST, value: 0.0.0.0 }
- { name: GATEWAY_PORT, value: "8080" }
# For gatewayctl, run inside this pod.
- { name: GATEWAY_GRPC_ADDRESS, value: {{ include "gateway.leaderAddresses" $root | quote }} }
{{- else }}
- { name: GATEWAY_GRPC_HOST, value: 0.0.0.0 }
- { name: GATEWAY_GRPC_PORT, value: "8081" }
{{- end }}
- { name: GATEWAY_OPS_HOST, value: 0.0.0.0 }
- { name: GATEWAY_OPS_PORT, value: "8082" }
{{- range $service, $by := $.facts.calls }}
- { name: GATEWAY_{{ upper $service }}_ADDRESSES, value: {{ printf "%s-%s:8081" $fullname $by | quote }} }
{{- end }}
{{- include "gateway.secretEnv" (dict "root" $root "name" "GATEWAY_ADMIN_TOKEN" "ref" .adminToken "own" "admin-token" "what" "adminToken") }}
{{- if has $component (list "ingress" "accounts" "leaders") }}
{{- include "gateway.secretEnv" (dict "root" $root "name" "GATEWAY_KEY_PEPPER" "ref" .keyPepper "own" "key-pepper" "what" "keyPepper") }}
{{- end }}
{{- if $.facts.hasSchema }}
{{- include "gateway.databaseEnv" (dict "root" $root "role" $component "name" "DATABASE_URL") }}
- { name: GATEWAY_MIGRATE, value: {{ ternary "off" "auto" .migrations.enabled | quote }} }
{{- end }}
- { name: NATS_URL, value: {{ required "nats.url: give the address of NATS" .nats.url | quote }} }
{{- with .nats.user }}
- { name: NATS_USER, value: {{ . | quote }} }
{{- end }}
{{- if or .nats.password.existingSecret .nats.password.value }}
{{- include "gateway.secretEnv" (dict "root" $root "name" "NATS_PASSWORD" "ref" .nats.password "own" "nats-password" "what" "nats.password") }}
{{- end }}
{{- if .nats.ca.existingSecret }}
- { name: NATS_CA, value: /etc/gateway/nats/ca.crt }
{{- end }}
{{- if has "journal" $.facts.runs }}
- { name: NATS_REPLICAS, value: {{ .nats.replicas | quote }} }
{{- end }}
{{- if and (eq $component "ingress") (or .redis.url.existingSecret .redis.url.value) }}
{{- include "gateway.secretEnv" (dict "root" $root "name" "REDIS_URL" "ref" .redis.url "own" "redis-url" "what" "redis.url") }}
{{- end }}
{{- if eq $component "router" }}
{{- range .providerKeys }}
{{- include "gateway.secretEnv" (dict "root" $root "name" .env "ref" . "own" (printf "provider-%s" .env) "what" (printf "providerKeys: %s" .env)) }}
{{- end }}
{{- end }}
{{- if and (has $component (list "router" "accounts" "leaders")) (or .masterKey.existingSecret .masterKey.value) }}
{{- include "gateway.secretEnv" (dict "root" $root "name" "GATEWAY_MASTER_KEY" "ref" .masterKey "own" "master-key" "what" "masterKey") }}
{{- end }}
{{- if has "accounts" $.facts.runs }}
{{- range .providerKeys }}
# That there is a key says that its provider is on; the key itself is the router's alone.
- { name: {{ .env }}, value: the-router-has-it }
{{- end }}
{{- end }}
{{- if .tls.enabled }}
- { name: GATEWAY_TLS_CERT, value: /etc/gateway/tls/tls.crt }
- { name: GATEWAY_TLS_KEY, value: /etc/gateway/tls/tls.key }
- { name: GATEWAY_TLS_CA, value: /etc/gateway/tls/ca.crt }
{{- end }}
{{- with .otel.endpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }} }
{{- end }}
{{- with .extraEnv }}
{{ toYaml . }}
{{- end }}
{{- with (index .components $component).extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "gateway.leaderAddresses" -}}
{{- $addresses := list -}}
{{- range ternary (list "leaders") (list "journal" "quota" "billing" "accounts") .Values.leaders.together -}}
{{- $addresses = append $addresses (printf "%s-%s:8081" (include "gateway.fullname" $) .) -}}
{{- end -}}
{{- join "," $addresses -}}
{{- end -}}
