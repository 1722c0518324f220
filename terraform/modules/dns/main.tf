# The zone of the clusters' names. Whoever owns the domain delegates to it, which Terraform cannot: `npm run doctor` looks.

variable "project_id" { type = string }
variable "domain" { type = string }

resource "google_dns_managed_zone" "clusters" {
  project     = var.project_id
  name        = "hub-clusters"
  dns_name    = "${var.domain}."
  description = "One name per cluster; Hub makes and removes the records."
  # Records of clusters that stand do not go with the zone.
  force_destroy = false

  dnssec_config {
    state = "on"
  }

  cloud_logging_config {
    enable_logging = false
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Nobody else may be asked for certificates of clusters: https://cloud.google.com/certificate-manager/docs/public-ca
resource "google_dns_record_set" "authorities" {
  project      = var.project_id
  managed_zone = google_dns_managed_zone.clusters.name
  name         = google_dns_managed_zone.clusters.dns_name
  type         = "CAA"
  ttl          = 3600
  rrdatas      = ["0 issue \"pki.goog\"", "0 issuewild \";\""]
}

output "zone" { value = google_dns_managed_zone.clusters.name }
output "name_servers" { value = google_dns_managed_zone.clusters.name_servers }
