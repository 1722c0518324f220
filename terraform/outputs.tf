output "consoles" {
  description = "Where people sign in, by cell."
  value       = { for name, cell in module.cell : name => cell.console }
}

output "name_servers" {
  description = "By cell: NS records to add at the domain, for the name below which the clusters are: clusters_domain, or what stands for it."
  value       = { for name, cell in module.cell : name => cell.name_servers }
}

output "console_records" {
  description = "By cell: records to add at the domain, for the console."
  value       = { for name, cell in module.cell : name => cell.console_records }
}

output "chart_mirrors" {
  description = "By cell: where charts must be pushed to."
  value       = { for name, cell in module.cell : name => cell.chart_mirror }
}

output "ci" {
  description = "By cell: what a CI job names to sign in without a key, to plan, and to sign what it has built."
  value       = { for name, cell in module.cell : name => cell.ci }
}

output "commit" {
  description = "Of what was applied last, as `npm run build` noted it: to take over, check it out and build."
  value       = try(trimspace(file("${path.module}/../dist/commit")), "unknown")
}
