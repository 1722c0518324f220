# CI signs in with the token that its own service gives each job; there is no key to lose. It looks at what an apply would change; people
# apply.

variable "project_id" { type = string }
variable "issuer" { type = string }
variable "repository" { type = string }

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

resource "google_project_iam_member" "planner" {
  for_each = toset(["roles/iam.securityReviewer", "roles/viewer"])

  project = var.project_id
  role    = each.key
  member  = google_service_account.planner.member
}

resource "google_service_account_iam_member" "planner" {
  service_account_id = google_service_account.planner.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.ci.name}/attribute.repository/${var.repository}"
}

output "provider" { value = google_iam_workload_identity_pool_provider.ci.name }
