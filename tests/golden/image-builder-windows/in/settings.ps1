Write-Host "{{ braces }}"
