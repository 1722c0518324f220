# CI signs in with the token that its own service gives each job; there is no key to lose. It looks at what an apply would change, and signs
# what it has built; people apply.

variable "project_id" { type = string }
variable "issuer" { type = string }
variable "repository" { type = string }

variable "buckets" {
  description = "Names of the buckets that Terraform looks after: of the functions' sources, and of copies of the database."
  type        = object({ sources = string, exports = string })
}

resource "google_iam_workload_identity_pool" "ci" {
  project                   = var.project_id
  workload_identity_pool_id = "hub-ci"
  display_name              = "CI of Hub"
}

resource "google_iam_workload_identity_pool_provider" "ci" {
  project                            = var.project_id
  workload_identity_pool_id          = google_iam_workload_identity_pool.ci.workload_identity_pool_id
  workload_identity_pool_provider_id = "ci"
  # Jobs of other repositories have tokens of the same issuer.
  attribute_condition = "assertion.repository == \"${var.repository}\" && assertion.ref == \"refs/heads/main\""

  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }

  oidc {
    issuer_uri = var.issuer
  }
}

resource "google_service_account" "planner" {
  project      = var.project_id
  account_id   = "hub-ci-planner"
  display_name = "CI: plans, and changes nothing"
}

# What providers read of the resources that are here (test/terraform/refresh.ts), and nothing that is people's. Never roles/viewer, which reads the
# database, all logs and what is in clusters, nor roles/iam.securityReviewer, which lists documents, objects and lines of the log.
resource "google_project_iam_custom_role" "planner" {
  project = var.project_id
  role_id = "hub_ci_planner"
  title   = "Hub: plans in CI"
  permissions = [
    "artifactregistry.repositories.get",
    "artifactregistry.repositories.getIamPolicy",
    "billing.resourcebudgets.read",
    "cloudfunctions.functions.get",
    "cloudkms.cryptoKeys.get",
    "cloudkms.cryptoKeys.getIamPolicy",
    "cloudkms.keyRings.get",
    "cloudscheduler.jobs.get",
    "compute.firewalls.get",
    "compute.networks.get",
    "compute.routers.get",
    "datastore.backupSchedules.get",
    "datastore.databases.getMetadata",
    "datastore.schemas.get",
    "datastore.schemas.list",
    "dns.managedZones.get",
    "dns.resourceRecordSets.list",
    "firebase.clients.get",
    "firebase.projects.get",
    "firebaseauth.configs.get",
    "firebasehosting.sites.get",
    "firebaserules.releases.get",
    "firebaserules.rulesets.get",
    "iam.roles.get",
    "iam.serviceAccounts.get",
    "iam.serviceAccounts.getIamPolicy",
    "logging.buckets.get",
    "logging.sinks.get",
    "monitoring.alertPolicies.get",
    "monitoring.dashboards.get",
    "monitoring.notificationChannels.get",
    "monitoring.services.get",
    "monitoring.slos.get",
    "monitoring.uptimeCheckConfigs.get",
    "orgpolicy.policy.get",
    "pubsub.subscriptions.get",
    "pubsub.subscriptions.getIamPolicy",
    "pubsub.topics.get",
    "pubsub.topics.getIamPolicy",
    "resourcemanager.projects.get",
    "resourcemanager.projects.getIamPolicy",
    "run.services.getIamPolicy",
    "secretmanager.secrets.get",
    "secretmanager.secrets.getIamPolicy",
  ]
}

# Pools are read by Google's own role, and it reads nothing else: their permissions are called otherwise in it than where they are asked for, and which
# of these names a role of one's own must have is not documented. The last one is for the header with which providers say whose quota it is
# (versions.tf).
resource "google_project_iam_member" "planner" {
  for_each = {
    refresh = google_project_iam_custom_role.planner.name
    pools   = "roles/iam.workloadIdentityPoolViewer"
    quota   = "roles/serviceusage.serviceUsageConsumer"
  }

  project = var.project_id
  role    = each.value
  member  = google_service_account.planner.member
}

moved {
  from = google_project_iam_member.planner["roles/serviceusage.serviceUsageConsumer"]
  to   = google_project_iam_member.planner["quota"]
}

# Of buckets, those that Terraform looks after; those of clusters are people's.
resource "google_project_iam_custom_role" "planner_buckets" {
  project     = var.project_id
  role_id     = "hub_ci_planner_buckets"
  title       = "Hub: buckets, for plans in CI"
  permissions = ["storage.buckets.get", "storage.buckets.getIamPolicy"]
}

resource "google_storage_bucket_iam_member" "planner_sources" {
  bucket = var.buckets.sources
  role   = google_project_iam_custom_role.planner_buckets.name
  member = google_service_account.planner.member
}

resource "google_storage_bucket_iam_member" "planner_exports" {
  bucket = var.buckets.exports
  role   = google_project_iam_custom_role.planner_buckets.name
  member = google_service_account.planner.member
}

# The archive of the functions, which whoever has the sources can build.
resource "google_storage_bucket_iam_member" "planner_archive" {
  bucket = var.buckets.sources
  role   = "roles/storage.objectViewer"
  member = google_service_account.planner.member
}

resource "google_service_account_iam_member" "planner" {
  service_account_id = google_service_account.planner.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.ci.name}/attribute.repository/${var.repository}"
}

# Releases are signed with it, and it never leaves: `npm run attest`. In no region, for a key cannot move, and this one outlives a region.
resource "google_kms_key_ring" "release" {
  project  = var.project_id
  name     = "hub-release"
  location = "global"
}

resource "google_kms_crypto_key" "release" {
  name     = "release"
  key_ring = google_kms_key_ring.release.id
  purpose  = "ASYMMETRIC_SIGN"

  version_template {
    algorithm        = "EC_SIGN_ED25519"
    protection_level = "SOFTWARE"
  }

  # What it signed could be checked all the same, but nothing more be signed that those who trust it trust.
  lifecycle {
    prevent_destroy = true
  }
}

# Another one than the planner: who may look need not be able to sign.
resource "google_service_account" "signer" {
  project      = var.project_id
  account_id   = "hub-ci-signer"
  display_name = "CI: signs what it has built, and nothing else"
}

# Its requests name the project as well.
resource "google_project_iam_member" "signer" {
  project = var.project_id
  role    = "roles/serviceusage.serviceUsageConsumer"
  member  = google_service_account.signer.member
}

resource "google_kms_crypto_key_iam_member" "signer" {
  crypto_key_id = google_kms_crypto_key.release.id
  role          = "roles/cloudkms.signerVerifier"
  member        = google_service_account.signer.member
}

resource "google_service_account_iam_member" "signer" {
  service_account_id = google_service_account.signer.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.ci.name}/attribute.repository/${var.repository}"
}

output "names" {
  value = {
    provider    = google_iam_workload_identity_pool_provider.ci.name
    planner     = google_service_account.planner.email
    signer      = google_service_account.signer.email
    release_key = "${google_kms_crypto_key.release.id}/cryptoKeyVersions/1"
  }
}
