output "console" { value = "https://${var.domain}" }
output "name_servers" { value = module.dns.name_servers }
output "console_records" { value = module.hosting.records }
output "chart_mirror" { value = module.registry.chart_source }
output "ci" { value = one(module.ci[*].names) }
