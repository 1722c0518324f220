# One Hub: a project and a region. The modules are in the order in which things go through them.

locals {
  generated = "${path.module}/../../generated"
  functions = jsondecode(file("${local.generated}/functions.json"))
  # The regions that clusters may be in; functions and data are in one.
  leaf_regions = jsondecode(file("${local.generated}/regions.json"))

  # Below what the cheapest cluster costs, so that nobody is admitted; see the kill switch in docs/deploy.md. functions/status/observe.ts knows it.
  hourly_dollars = var.kill_switch ? 0.01 : var.limits.cell_hourly_dollars

  environment = merge(
    {
      GOOGLE_CLOUD_PROJECT            = var.project_id
      HUB_PROJECT_NUMBER              = module.services.project_number
      HUB_CELL                        = var.name
      HUB_ZONE                        = var.clusters_domain
      HUB_DNS_ZONE                    = module.dns.zone
      HUB_OIDC_ISSUER                 = "https://${var.domain}/oidc"
      HUB_CREDENTIALS_ACCOUNT         = module.functions.accounts["credentials"]
      HUB_NODE_SERVICE_ACCOUNT        = module.network.node_account
      HUB_NETWORK                     = module.network.network
      HUB_DATABASE_ENCRYPTION_KEY     = module.kms.key_per_region
      HUB_CHART_SOURCE                = module.registry.chart_source
      HUB_CHART_ACCOUNT               = module.registry.chart_account
      HUB_HELM_IMAGE                  = module.registry.images["helm"]
      HUB_CALL_HOME_IMAGE             = module.registry.images["call_home"]
      HUB_IMAGE_MIRROR                = module.registry.image_mirror
      HUB_ACCOUNT_CLUSTERS            = tostring(var.limits.account_clusters)
      HUB_ACCOUNT_HOURLY_DOLLARS      = tostring(var.limits.account_hourly_dollars)
      HUB_CELL_CLUSTERS               = tostring(var.limits.cell_clusters)
      HUB_CELL_HOURLY_DOLLARS         = tostring(local.hourly_dollars)
      HUB_ACCOUNT_CREATIONS_PER_HOUR  = tostring(var.limits.account_creations_per_hour)
      HUB_NEW_ACCOUNTS_PER_HOUR       = tostring(var.limits.new_accounts_per_hour)
      HUB_YOUNG_ACCOUNT_DAYS          = tostring(var.limits.young_account_days)
      HUB_HAND_OVER_HOURS             = tostring(var.limits.hand_over_hours)
      HUB_ACCOUNT_REQUESTS_PER_MINUTE = tostring(var.limits.account_requests_per_minute)
      HUB_ADDRESS_REQUESTS_PER_MINUTE = tostring(var.limits.address_requests_per_minute)
      HUB_CELL_MAKING                 = tostring(var.limits.cell_making)
      HUB_SIGN_IN_WAYS                = module.identity.ways
      HUB_OPEN_SIGN_UP                = tostring(var.open_sign_up)
      HUB_PRODUCTS                    = join(",", sort(var.products))
    },
    length(var.licensed_products) > 0 ? { HUB_LICENSED_PRODUCTS = join(",", sort(var.licensed_products)) } : {},
    var.customer_managed_keys ? { HUB_DATA_ENCRYPTION_KEY = module.kms.data_key_per_region } : {},
    var.metrics ? { HUB_OTLP_ENDPOINT = "https://telemetry.googleapis.com", HUB_REGION = var.region } : {},
  )
}

module "services" {
  source             = "../services"
  project_id         = var.project_id
  policed_project_id = var.org_policies ? module.policies[0].project_id : var.project_id
}

module "policies" {
  source     = "../policies"
  count      = var.org_policies ? 1 : 0
  project_id = module.services.unpoliced_project_id
}

module "kms" {
  source          = "../kms"
  project_id      = module.services.project_id
  regions         = local.leaf_regions
  container_agent = module.services.agents["container.googleapis.com"]
  data_keys       = var.customer_managed_keys
  project_number  = module.services.project_number
}

module "network" {
  source     = "../network"
  project_id = module.services.project_id
  regions    = local.leaf_regions
}

module "dns" {
  source     = "../dns"
  project_id = module.services.project_id
  domain     = var.clusters_domain
}

module "registry" {
  source       = "../registry"
  project_id   = module.services.project_id
  region       = var.region
  node_account = module.network.node_account
  images       = var.images
}

module "firestore" {
  source     = "../firestore"
  project_id = module.services.project_id
  region     = var.region
}

module "identity" {
  source            = "../identity"
  project_id        = module.services.project_id
  domain            = var.domain
  open_sign_up      = var.open_sign_up
  sign_in_providers = var.sign_in_providers
}

module "secrets" {
  source            = "../secrets"
  project_id        = module.services.project_id
  secrets           = jsondecode(file("${local.generated}/secrets.json"))
  licensed_products = var.licensed_products
}

module "pubsub" {
  source     = "../pubsub"
  project_id = module.services.project_id
  topics     = toset([for spec in local.functions : spec.topic if can(spec.topic)])
  regions    = distinct(concat([var.region], local.leaf_regions))
}

module "functions" {
  source        = "../functions"
  project_id    = module.services.project_id
  region        = var.region
  archive       = "${path.module}/../../../dist/functions.zip"
  functions     = local.functions
  min_instances = var.min_instances
  max_instances = var.max_instances
  environment   = local.environment
  secrets       = module.secrets.ids
  node_account  = module.network.node_account_name
  chart_account = module.registry.chart_account_name

  secrets_generation = var.secrets_generation

  # While an index is built, queries that need it are refused: new code comes after it.
  depends_on = [module.firestore]
}

module "subscriptions" {
  source            = "../subscriptions"
  project_id        = module.services.project_id
  region            = var.region
  functions         = { for name, spec in local.functions : name => spec if can(spec.topic) }
  names             = module.functions.names
  urls              = module.functions.urls
  topics            = module.pubsub.topics
  dead_letter_topic = module.pubsub.topics["dead-letter"]
  pubsub_agent      = module.services.agents["pubsub.googleapis.com"]
}

# The kill switch lets the sweeps go on: while everything is stopped people still delete, and nothing is proven gone without them.
module "scheduler" {
  source     = "../scheduler"
  project_id = module.services.project_id
  region     = var.region
  jobs       = { for name, spec in local.functions : name => { schedule = spec.schedule, topic = module.pubsub.topics[spec.topic], message = spec.message } if can(spec.schedule) }
  paused     = var.kill_switch ? toset(["top-up"]) : toset([])
}

module "audit" {
  source             = "../audit"
  project_id         = module.services.project_id
  project_number     = module.services.project_number
  region             = var.region
  hint_topic         = module.pubsub.topics["hint"]
  first_cluster_made = var.first_cluster_made
  locked             = var.lock_audit_log
}

module "hosting" {
  source     = "../hosting"
  project_id = module.services.project_id
  region     = var.region
  domain     = var.domain

  # A rewrite leads to a function that is there.
  depends_on = [module.functions]
}

module "monitoring" {
  source           = "../monitoring"
  project_id       = module.services.project_id
  operator_email   = var.operator_email
  signal_topic     = module.pubsub.topics["signal"]
  monitoring_agent = "serviceAccount:service-${module.services.project_number}@gcp-sa-monitoring-notification.iam.gserviceaccount.com"
  alerts           = jsondecode(file("${local.generated}/alerts.json"))
  dashboard        = file("${local.generated}/dashboard.json")
  metrics          = var.metrics
  measured         = var.first_cluster_made
  runbooks         = var.runbooks
  domain           = var.domain
  paging_channels  = var.paging_channels

  # What alerts ask for is said once the sweeps run, and what is asked from outside is answered by Hosting.
  depends_on = [module.scheduler, module.subscriptions, module.hosting]
}

module "budget" {
  source          = "../budget"
  project_number  = module.services.project_number
  billing_account = var.billing_account
  monthly         = var.monthly_budget
  channel         = module.monitoring.channel
}

module "ci" {
  source     = "../ci"
  count      = var.ci == null ? 0 : 1
  project_id = module.services.project_id
  issuer     = var.ci.issuer
  repository = var.ci.repository
  buckets    = { sources = module.functions.sources, exports = module.firestore.exports }
}
