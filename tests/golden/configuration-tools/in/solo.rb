{{ if .HasRolesPath }}role_path "{{ .RolesPath }}"{{ end }}
