# From an empty project to a working Hub. What each part is: ../docs/deploy.md; what it runs: ../ARCHITECTURE.md.

locals {
  cells = merge(
    {
      default = { project_id = var.project_id, region = var.region, domain = var.domain, clusters_domain = var.clusters_domain }
    },
    var.cells,
  )
}

module "cell" {
  source   = "./modules/cell"
  for_each = local.cells

  name               = each.key
  project_id         = each.value.project_id
  region             = each.value.region
  domain             = each.value.domain
  clusters_domain    = each.value.clusters_domain != null ? each.value.clusters_domain : replace(each.value.domain, "/^([^.]+)/", "$1-clusters")
  billing_account    = var.billing_account
  operator_email     = var.operator_email
  images             = var.images
  limits             = var.limits
  kill_switch        = var.kill_switch
  monthly_budget     = var.monthly_budget
  min_instances      = var.min_instances
  max_instances      = var.max_instances
  secrets_generation = var.secrets_generation
  open_sign_up       = var.open_sign_up
  sign_in_providers  = var.sign_in_providers
  products           = var.products
  licensed_products  = var.licensed_products
  metrics            = var.metrics
  first_cluster_made = var.first_cluster_made
  org_policies       = var.org_policies
  lock_audit_log     = var.lock_audit_log
  ci                 = var.ci
  runbooks           = var.runbooks

  # A policy tells channels of its own project.
  paging_channels = [for channel in var.paging_channels : channel if startswith(channel, "projects/${each.value.project_id}/")]

  customer_managed_keys = var.customer_managed_keys
}
