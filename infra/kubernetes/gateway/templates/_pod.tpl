{{- define "gateway.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.runAsUser }}
runAsGroup: {{ .Values.runAsUser }}
fsGroup: {{ .Values.runAsUser }}
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* One pod of a component: {root, component, facts}. */}}
{{- define "gateway.pod" -}}
{{- $root := .root -}}
{{- $component := .component -}}
{{- $settings := index $root.Values.components $component -}}
serviceAccountName: {{ include "gateway.serviceAccountName" $root }}
# Nothing here speaks to Kubernetes.
automountServiceAccountToken: false
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with $root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
# The drain, the stop's own margin of 30 s, and 10 s for what comes before and after them.
terminationGracePeriodSeconds: {{ add (div (add (int64 $settings.drainTimeoutMs) 999) 1000) 40 }}
securityContext: {{ include "gateway.podSecurity" $root | nindent 2 }}
topologySpreadConstraints:
  {{- range $key, $when := dict "topology.kubernetes.io/zone" $root.Values.topologySpread.zones "kubernetes.io/hostname" $root.Values.topologySpread.nodes }}
  - topologyKey: {{ $key }}
    maxSkew: 1
    whenUnsatisfiable: {{ $when }}
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "gateway.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ $component }}
  {{- end }}
{{- range $field := list "nodeSelector" "tolerations" "affinity" }}
{{- with (index $settings $field | default (index $root.Values $field)) }}
{{ $field }}: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
containers:
  - name: {{ $component }}
    image: {{ include "gateway.image" $root }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    command: [{{ include "gateway.program" .facts }}]
    env: {{ include "gateway.environment" . | nindent 6 }}
    ports:
      {{- if eq $component "ingress" }}
      - { name: http, containerPort: 8080 }
      {{- else }}
      - { name: grpc, containerPort: 8081 }
      {{- end }}
      - { name: ops, containerPort: 8082 }
    startupProbe:
      httpGet: { path: /health, port: ops }
      periodSeconds: 1
      failureThreshold: 60
    # The event loop turns. What is away (database, bus) is no reason to restart: the process waits for it.
    livenessProbe:
      httpGet: { path: /health, port: ops }
      periodSeconds: 10
      timeoutSeconds: 5
    # A standby is ready as what it is: 200, "standby". Whoever calls finds the leader by asking. The ingress' own answer
    # is at its public port, which listens once models, prices and keys are known, and says 503 from the drain on.
    readinessProbe:
      httpGet: { path: /health/ready, port: {{ ternary "http" "ops" (eq $component "ingress") }} }
      periodSeconds: 2
      timeoutSeconds: 3
      failureThreshold: 2
    {{- if eq $component "ingress" }}
    # Load balancers go on sending for a moment; the others are left by the drain itself, and a leader gives way at once.
    lifecycle:
      preStop: { sleep: { seconds: 5 } }
    {{- end }}
    resources: {{ toYaml $settings.resources | nindent 6 }}
    securityContext: {{ include "gateway.containerSecurity" $root | nindent 6 }}
    volumeMounts:
      - { name: config, mountPath: /etc/gateway/config, readOnly: true }
      - { name: tmp, mountPath: /tmp }
      {{- include "gateway.authorityMounts" (dict "root" $root "hasSchema" .facts.hasSchema "hasBus" true) | nindent 6 }}
      {{- if $root.Values.tls.enabled }}
      - { name: tls, mountPath: /etc/gateway/tls, readOnly: true }
      {{- end }}
volumes:
  - name: config
    configMap: { name: {{ include "gateway.fullname" $root }} }
  - name: tmp
    emptyDir: { sizeLimit: 64Mi }
  {{- include "gateway.authorityVolumes" (dict "root" $root "hasSchema" .facts.hasSchema "hasBus" true) | nindent 2 }}
  {{- if $root.Values.tls.enabled }}
  - name: tls
    secret: { secretName: {{ include "gateway.tlsSecret" . }}, defaultMode: 0440 }
  {{- end }}
{{- end -}}

{{/* The authorities of the servers' certificates: {root, hasSchema, hasBus}. */}}
{{- define "gateway.authorityMounts" -}}
{{- if and .hasSchema .root.Values.postgresql.ca.existingSecret }}
- { name: postgresql-ca, mountPath: /etc/gateway/postgresql, readOnly: true }
{{- end }}
{{- if and .hasBus .root.Values.nats.ca.existingSecret }}
- { name: nats-ca, mountPath: /etc/gateway/nats, readOnly: true }
{{- end }}
{{- end -}}

{{- define "gateway.authorityVolumes" -}}
{{- if and .hasSchema .root.Values.postgresql.ca.existingSecret }}
- name: postgresql-ca
  secret:
    secretName: {{ .root.Values.postgresql.ca.existingSecret }}
    items: [{ key: {{ .root.Values.postgresql.ca.key }}, path: ca.crt }]
{{- end }}
{{- if and .hasBus .root.Values.nats.ca.existingSecret }}
- name: nats-ca
  secret:
    secretName: {{ .root.Values.nats.ca.existingSecret }}
    items: [{ key: {{ .root.Values.nats.ca.key }}, path: ca.crt }]
{{- end }}
{{- end -}}
