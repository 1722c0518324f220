# Keys that encrypt the Secrets in the clusters' etcd, and, if asked for, their disks and buckets: one of each per region of clusters, for a key
# must be in the same place.

variable "project_id" { type = string }
variable "regions" { type = list(string) }
variable "container_agent" { type = string }
variable "data_keys" { type = bool }
variable "project_number" { type = string }

resource "google_kms_key_ring" "leaves" {
  for_each = toset(var.regions)

  project  = var.project_id
  name     = "hub-leaves"
  location = each.key
}

resource "google_kms_crypto_key" "leaves" {
  for_each = google_kms_key_ring.leaves

  name            = "etcd"
  key_ring        = each.value.id
  rotation_period = "7776000s" # 90 days

  # Without it, every cluster that was encrypted with it is lost.
  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key_iam_member" "container" {
  for_each = google_kms_crypto_key.leaves

  crypto_key_id = each.value.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = var.container_agent
}

resource "google_kms_crypto_key" "data" {
  for_each = var.data_keys ? google_kms_key_ring.leaves : {}

  name            = "data"
  key_ring        = each.value.id
  rotation_period = "7776000s" # 90 days

  # Without it, every disk and bucket that was encrypted with it is lost.
  lifecycle {
    prevent_destroy = true
  }
}

# Has Cloud Storage make its agent, which a new project does not have yet. Compute Engine's is there with its API.
data "google_storage_project_service_account" "this" {
  count   = var.data_keys ? 1 : 0
  project = var.project_id
}

# Compute Engine encrypts disks, those that GKE and Kubernetes ask it for as well; Cloud Storage, buckets.
resource "google_kms_crypto_key_iam_member" "disks" {
  for_each = google_kms_crypto_key.data

  crypto_key_id = each.value.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:service-${var.project_number}@compute-system.iam.gserviceaccount.com"
}

resource "google_kms_crypto_key_iam_member" "buckets" {
  for_each = google_kms_crypto_key.data

  crypto_key_id = each.value.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = one(data.google_storage_project_service_account.this[*].member)
}

output "data_key_per_region" {
  description = "{region} stands for the region of the cluster."
  value       = "projects/${var.project_id}/locations/{region}/keyRings/hub-leaves/cryptoKeys/data"
  depends_on  = [google_kms_crypto_key_iam_member.disks, google_kms_crypto_key_iam_member.buckets]
}

output "key_per_region" {
  description = "{region} stands for the region of the cluster."
  value       = "projects/${var.project_id}/locations/{region}/keyRings/hub-leaves/cryptoKeys/etcd"
  depends_on  = [google_kms_crypto_key_iam_member.container]
}
