terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }
    # Firebase, and agents of services, are there only.
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "~> 7.45"
    }
  }

  # The bucket is named when Terraform is initialised: docs/deploy.md.
  backend "gcs" {
    prefix = "hub"
  }
}

# Whoever runs this signs in with `gcloud auth application-default login`, or by federation from CI. There are no key files.
provider "google" {
  project               = var.project_id
  region                = var.region
  user_project_override = true
  billing_project       = var.project_id
}

provider "google-beta" {
  project               = var.project_id
  region                = var.region
  user_project_override = true
  billing_project       = var.project_id
}
