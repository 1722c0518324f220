# Where the console is: what `npm run build` made, with the headers and rewrites of firebase.json.

variable "project_id" { type = string }
variable "domain" { type = string }
variable "region" { type = string }

locals {
  repository = "${path.module}/../../.."
  console    = "${local.repository}/web/dist"
}

resource "google_firebase_project" "this" {
  provider = google-beta

  project = var.project_id
}

# Hosting tells the console at /__/firebase/init.json who it is.
resource "google_firebase_web_app" "console" {
  provider = google-beta

  project         = google_firebase_project.this.project
  display_name    = "Hub"
  deletion_policy = "DELETE"
}

resource "google_firebase_hosting_site" "console" {
  provider = google-beta

  project = google_firebase_project.this.project
  site_id = "${var.project_id}-console"
  app_id  = google_firebase_web_app.console.app_id
}

resource "google_firebase_hosting_custom_domain" "console" {
  provider = google-beta

  project               = var.project_id
  site_id               = google_firebase_hosting_site.console.site_id
  custom_domain         = var.domain
  cert_preference       = "GROUPED"
  wait_dns_verification = false
}

resource "terraform_data" "release" {
  triggers_replace = [
    google_firebase_hosting_site.console.site_id,
    var.region,
    filesha256("${local.repository}/firebase.json"),
    [for file in sort(fileset(local.console, "**")) : filesha256("${local.console}/${file}")],
  ]

  provisioner "local-exec" {
    command     = "npm run release -- --project ${var.project_id} --site ${google_firebase_hosting_site.console.site_id} --region ${var.region}"
    working_dir = local.repository
  }
}

output "records" {
  description = "What to add at the domain before the console answers there; nothing any more, once it is there."
  value = flatten([
    for update in google_firebase_hosting_custom_domain.console.required_dns_updates : [
      for wanted in update.desired : [
        for record in wanted.records : { name = record.domain_name, type = record.type, data = record.rdata }
        if record.required_action == "ADD"
      ]
    ]
  ])
}
