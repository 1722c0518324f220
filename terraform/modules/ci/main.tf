# CI signs in with the token that its own service gives each job; there is no key to lose. It looks at what an apply would change, and signs
# what it has built; people apply.

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

# The last one is for the header with which providers say whose quota it is (versions.tf): a viewer may not.
resource "google_project_iam_member" "planner" {
  for_each = toset(["roles/iam.securityReviewer", "roles/viewer", "roles/serviceusage.serviceUsageConsumer"])

  project = var.project_id
  role    = each.key
  member  = google_service_account.planner.member
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
