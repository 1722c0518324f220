# Keys that encrypt the Secrets in the clusters' etcd: one per region of clusters, for GKE asks for one in the same place.

variable "project_id" { type = string }
variable "regions" { type = list(string) }
variable "container_agent" { type = string }

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

output "key_per_region" {
  description = "{region} stands for the region of the cluster."
  value       = "projects/${var.project_id}/locations/{region}/keyRings/hub-leaves/cryptoKeys/etcd"
  depends_on  = [google_kms_crypto_key_iam_member.container]
}
