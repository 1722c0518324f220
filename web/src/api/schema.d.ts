// Generated from the API by `npm run docs`; do not edit.
export interface paths {
    "/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that Hub holds of you, and what would become of each of your clusters if you deleted your account. Its ETag changes with the latter. */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        /** Delete your account: your clusters, your memberships, all that names you, and your user. You must have signed in within 15 minutes. It cannot be taken back; repeating it changes nothing. */
        delete: operations["deleteAccount"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What each user has and may have, and who asks for more. */
        get: operations["getAdminAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Set how much a user may have, or decline their request. Clusters that wait for it then start automatically. */
        put: operations["putAdminAccountsId"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/accounts/{id}:delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete somebody’s account: their clusters, their memberships, all that names them, and their user. It cannot be taken back; repeating it changes nothing. */
        post: operations["postAdminAccountsIdDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what, newest first: for everything, one cluster, or one user. Kept for 400 days. */
        get: operations["getAdminAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/cells": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What all clusters together use and may use. */
        get: operations["getAdminCells"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/clusters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The clusters of everybody, or of one account, in no order of time. Deleted ones only with state=deleted. */
        get: operations["getAdminClusters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/deadLetters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Messages that were given up, newest first. */
        get: operations["getAdminDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/deadLetters/{id}:dismiss": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End it without publishing it: it cannot be replayed, or what it was for is done. Repeating it changes nothing, nor does it for one that was replayed. */
        post: operations["postAdminDeadLettersIdDismiss"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/deadLetters/{id}:replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish the message again, unchanged. A cluster that is parked because of it continues at once. */
        post: operations["postAdminDeadLettersIdReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/orphans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Things in the cloud that no cluster claims, and what each costs. Those that are gone stay in the list for three months. */
        get: operations["getAdminOrphans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/orphans/{id}:delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete it now, not at the next sweep. Repeating it changes nothing, nor does asking for what is being deleted or gone. */
        post: operations["postAdminOrphansIdDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Products, sizes, regions and prices. */
        get: operations["getCatalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your clusters, newest first. Deleted ones only with state=deleted. */
        get: operations["getClusters"];
        put?: never;
        /** Ask for a cluster. If a spare of the wanted shape is ready, you get it at once. */
        post: operations["postClusters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One cluster. Its ETag is the version of what was asked for, not of its progress. */
        get: operations["getClustersId"];
        put?: never;
        post?: never;
        /** Delete a cluster and all that belongs to it. Allowed in every state; repeating it changes nothing. */
        delete: operations["deleteClustersId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{id}:extend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put off the end of a cluster with a lifetime, to so many hours from now. It never ends sooner by this, and a repetition changes nothing. */
        post: operations["postClustersIdExtend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{id}:retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a failed cluster again from the beginning. */
        post: operations["postClustersIdRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{id}:transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Offer a cluster that you pay for to another of its owners or withdraw that, or take over or decline one that was offered to you; or take over one whose paying owner is deleting their account. Repeating it changes nothing. */
        post: operations["postClustersIdTransfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{id}/cleanup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The clean-up certificate of a deleted cluster: what there was of it in the cloud, when each was seen gone, and that nothing is left. */
        get: operations["getClustersIdCleanup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{id}/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your own way into a cluster, for kubectl or for pachctl. Good for less than an hour. */
        get: operations["getClustersIdCredentials"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to a cluster, newest last. */
        get: operations["getClustersIdEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who may use a cluster, and who is invited. */
        get: operations["getClustersIdMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{id}/members/{email}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Invite somebody to a cluster, or change what a member may do. Whoever is invited becomes a member when they next come to Hub with that address, verified, within 30 days. The reply is the same whether or not they have an account. */
        put: operations["putClustersIdMembersEmail"];
        post?: never;
        /** Remove somebody from a cluster, withdraw an invitation, or leave. The owner who pays cannot be removed. Repeating it changes nothing. */
        delete: operations["deleteClustersIdMembersEmail"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the API runs. */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys of clean-up certificates, as a JWK set: the current one and every earlier one. */
        get: operations["getKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** You: your uid, and what your account has and may have. */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me/quotaRequest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Ask an operator for more clusters, or for more money to spend on them. It replaces your earlier request. */
        put: operations["putMeQuotaRequest"];
        post?: never;
        /** Withdraw your request to an operator. Repeating it changes nothing. */
        delete: operations["deleteMeQuotaRequest"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: operations["getOpenapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All pools. */
        get: operations["getPools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pools/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One pool. */
        get: operations["getPoolsId"];
        /** Create a pool, or change it: what is left out stays as it is. Spares are then created and removed to match. */
        put: operations["putPoolsId"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quote": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a cluster would cost, how long it would take, and what it would wait for or why it would be refused. */
        get: operations["getQuote"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How Hub is. The document status/{cell} says the same, and anybody may listen to it. */
        get: operations["getStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What a user has and may have. */
        Account: {
            /** @description Present once its deletion was asked for. */
            closing?: components["schemas"]["Closing"];
            /** @description Clusters in use now: those being made, ready, or not yet proven gone. */
            clusters: number;
            /** @description What an operator declined last; absent where nothing was, or once more was asked for or given. */
            declinedRequest?: components["schemas"]["DeclinedRequest"];
            /** @description Of who asks for more, or was just answered; else absent. */
            email?: string;
            /**
             * @description What those in use cost an hour.
             * @example {
             *       "amount": 1.25,
             *       "currency": "USD",
             *       "about": true
             *     }
             */
            hourlyPrice: components["schemas"]["Money"];
            /** @description So many may be in use at once. */
            maxClusters: number;
            /**
             * @description So much they may cost an hour.
             * @example {
             *       "amount": 1.25,
             *       "currency": "USD",
             *       "about": true
             *     }
             */
            maxHourlyPrice: components["schemas"]["Money"];
            /** @description What is asked of an operator; absent where nothing is, or it was answered. */
            quotaRequest?: components["schemas"]["QuotaRequest"];
            /** @description How it is restricted; absent: it is not. */
            standing?: components["schemas"]["Standing"];
            /** @description Of the user. */
            uid: string;
        };
        /** @description By uid. Only people who have had a cluster, or asked for one, have an account. */
        AccountPage: {
            /** @description Those of this page. */
            accounts: components["schemas"]["Account"][];
            /** @description Asks for the next page as pageToken; absent on the last page. */
            nextPageToken?: string;
        };
        /** @description Something that somebody did. */
        AuditEntry: {
            /**
             * @description What was done, or one that only another version of Hub has, which wrote it.
             * @example create
             * @example claim
             * @example delete
             * @example retry
             * @example share
             * @example extend
             * @example transfer
             * @example invite
             * @example withdraw-invitation
             * @example issue-credentials
             * @example sign-in
             * @example set-limits
             * @example decline-request
             * @example throttle
             * @example suspend
             * @example restore
             * @example set-pool
             * @example replay
             * @example dismiss
             * @example delete-orphan
             * @example delete-account
             * @example close-account
             */
            action: string;
            /** @description Uid of who did it; `hub` where Hub acted by a rule of its own. */
            actor: string;
            /**
             * Format: date-time
             * @description When it was done.
             */
            at: string;
            /** @description Id of the cluster it concerns; absent where it concerns none. */
            cluster?: string;
            /** @description Of the entry. */
            id: string;
            /** @description In the words of who did it, or what changed, in Hub’s; absent where nothing was said. */
            reason?: string;
            /** @description To whom: a uid, or the id of an invitation; absent where it was to nobody else. */
            subject?: string;
            /** @description Path of the document that it was done to. */
            target: string;
        };
        /** @description Newest first. */
        AuditPage: {
            /** @description Those of this page. */
            entries: components["schemas"]["AuditEntry"][];
            /** @description Asks for the next page as pageToken; absent on the last page. */
            nextPageToken?: string;
        };
        /** @description What can be asked for, and what it costs. */
        Catalog: {
            /** @description What is filled in where nothing is asked for. */
            defaults: {
                /**
                 * @description Whether it is in one zone or in all zones of the region.
                 * @enum {string}
                 */
                availability: "zonal" | "regional";
                /**
                 * @description Whether it is a cluster of its own.
                 * @enum {string}
                 */
                isolation: "dedicated" | "namespace";
                /** @description Id of the product in the catalog. */
                product: string;
                /** @description Id of the region in the catalog. */
                region: string;
                /** @description Id of the size in the catalog. */
                size: string;
                /** @description Version of the product. */
                version: string;
            };
            /** @description What can run in a cluster. */
            products: {
                /** @description What it is, in one sentence. */
                description: string;
                /** @description By which it is asked for. */
                id: string;
                /** @description Its name. */
                label: string;
                /** @description Those that are offered. */
                versions: {
                    /** @description Whether it is the one where none is asked for. */
                    default: boolean;
                    /** @description It is offered because the operator has a licence for it. */
                    needsLicense: boolean;
                    /** @description By which it is asked for. */
                    version: string;
                }[];
            }[];
            /** @description Where a cluster can be. */
            regions: {
                /** @description By which it is asked for. */
                id: string;
                /** @description Where that is. */
                label: string;
            }[];
            /** @description How large a cluster can be. */
            sizes: {
                /** @description Of each node, in GiB. */
                diskGiB: number;
                /** @description What a cluster of this size costs an hour. */
                hourlyPrice: {
                    /**
                     * @description Of a cluster in all zones of its region.
                     * @example {
                     *       "amount": 1.25,
                     *       "currency": "USD",
                     *       "about": true
                     *     }
                     */
                    regional: components["schemas"]["Money"];
                    /**
                     * @description Of a cluster in one zone.
                     * @example {
                     *       "amount": 1.25,
                     *       "currency": "USD",
                     *       "about": true
                     *     }
                     */
                    zonal: components["schemas"]["Money"];
                };
                /** @description By which it is asked for. */
                id: string;
                /** @description Its name. */
                label: string;
                /** @description Of each node, as the cloud calls it. */
                machineType: string;
                /** @description Per zone: a regional cluster has three zones. */
                nodes: number;
            }[];
        };
        /** @description What all users together have and may have. */
        Cell: {
            /** @description Clusters in use now: those being made, ready, or not yet proven gone. */
            clusters: number;
            /**
             * @description What those in use cost an hour.
             * @example {
             *       "amount": 1.25,
             *       "currency": "USD",
             *       "about": true
             *     }
             */
            hourlyPrice: components["schemas"]["Money"];
            /** @description Of the cell. */
            id: string;
            /** @description Of the clusters, those that the cloud is making at the moment. */
            making: number;
            /** @description So many may be in use at once. */
            maxClusters: number;
            /**
             * @description So much they may cost an hour.
             * @example {
             *       "amount": 1.25,
             *       "currency": "USD",
             *       "about": true
             *     }
             */
            maxHourlyPrice: components["schemas"]["Money"];
            /** @description So many may be in the making at once. */
            maxMaking: number;
            /** @description Where creations fail again and again, so that new clusters are made elsewhere. */
            openPlaces: {
                /** @description What they fail with, a code as in Problem; absent where that is not known. */
                code?: string;
                /** @description A zone, or the region for clusters that span it. */
                location: string;
                /**
                 * Format: date-time
                 * @description Until then none is made there.
                 */
                nextTryAt: string;
                /** @description A cluster is being made there now, to see whether it works again. */
                probing: boolean;
                /** @description Id of the size that fails there. */
                size: string;
            }[];
        };
        /** @description The cells of this Hub. */
        CellList: {
            /** @description All of them. */
            cells: components["schemas"]["Cell"][];
        };
        /** @description All that there ever was of a deleted cluster in the cloud, and the proof that nothing is left. */
        CleanUp: {
            /** @description All of the above, signed: a JWS whose payload is the same in JSON. Check it with the keys of `/v1/keys`. */
            certificate?: {
                /** @description Base64url of what is signed. */
                payload: string;
                /** @description Base64url of the header, which names the key. */
                protected: string;
                /** @description Base64url of the signature. */
                signature: string;
            };
            /** @description Id of the cluster. */
            cluster: string;
            /** @description How many things there were. */
            counts: {
                /** @description Of these, those that were seen gone: all. */
                gone: number;
                /** @description Things that were asked for. */
                planned: number;
            };
            /**
             * Format: date-time
             * @description When it was proven gone.
             */
            deletedAt: string;
            /**
             * Format: uri
             * @description Address of the Hub that says so; its keys are at `/v1/keys` there.
             */
            issuer: string;
            /** @description Where the clouds’ own lists were asked; absent, as the certificate is, of a cluster that was deleted before Hub signed. */
            listing?: {
                /**
                 * Format: date-time
                 * @description When they were asked.
                 */
                at: string;
                /**
                 * @description Nothing was there.
                 * @constant
                 */
                found: 0;
                /** @description Where, and for what. */
                scopes: {
                    /** @description What was asked for; one of them is enough to be found. */
                    by: string[];
                    /** @description Zones and regions that were away, and where nothing of the cluster had ever been asked for; absent where none was. */
                    except?: string[];
                    /** @description The project, or the DNS zone. */
                    in: string;
                    /** @description What was looked for. */
                    kinds: string[];
                }[];
            };
            /** @description All that was ever asked for, in the order of asking. */
            resources: {
                /**
                 * Format: date-time
                 * @description When it was seen gone.
                 */
                goneAt: string;
                /** @description What it was. */
                kind: string;
                /** @description Zone, region, or `global`. */
                location: string;
                /** @description As the cloud had it. */
                name: string;
                /**
                 * Format: date-time
                 * @description When it was written down, before it was asked for.
                 */
                plannedAt: string;
            }[];
            /**
             * @description Of this form: 2 where places were away when Hub looked again, else 1.
             * @enum {number}
             */
            version: 1 | 2;
        };
        /** @description The account is being deleted: it can only view and delete. */
        Closing: {
            /**
             * Format: date-time
             * @description When its deletion was asked for.
             */
            since: string;
        };
        /**
         * @description A cluster, as its members and operators see it.
         * @example {
         *       "id": "k5xw4zdpmnqha2ce",
         *       "name": "my-first",
         *       "product": "pachyderm",
         *       "version": "2.12.0",
         *       "size": "small",
         *       "region": "europe-west1",
         *       "availability": "zonal",
         *       "isolation": "dedicated",
         *       "ttlHours": 8,
         *       "state": "installing",
         *       "label": "Installing the application",
         *       "detail": "3 of 7 parts are ready",
         *       "progress": 0.6,
         *       "etaAt": "2026-03-01T12:05:00.000Z",
         *       "endpoints": {},
         *       "conditions": [],
         *       "error": null,
         *       "members": {
         *         "uid-of-ada": "owner"
         *       },
         *       "owner": "uid-of-ada",
         *       "cost": {
         *         "soFar": {
         *           "amount": 0.04,
         *           "currency": "USD",
         *           "about": true
         *         },
         *         "hourly": {
         *           "amount": 0.61,
         *           "currency": "USD",
         *           "about": true
         *         }
         *       },
         *       "createTime": "2026-03-01T12:00:00.000Z",
         *       "updateTime": "2026-03-01T12:03:20.000Z",
         *       "etag": "\"1\""
         *     }
         */
        Cluster: {
            /**
             * @description Whether it is in one zone or in all zones of the region.
             * @enum {string}
             */
            availability: "zonal" | "regional";
            /** @description What was last seen of it, one entry for each type. */
            conditions: components["schemas"]["Condition"][];
            /** @description What it costs its owner, at list prices. */
            cost: {
                /** @description What it costs an hour; null while nothing is being paid. */
                hourly: components["schemas"]["Money"] | null;
                /**
                 * @description Since its owner has it; what it had cost before there was a meter is not in it.
                 * @example {
                 *       "amount": 1.25,
                 *       "currency": "USD",
                 *       "about": true
                 *     }
                 */
                soFar: components["schemas"]["Money"];
            };
            /**
             * Format: date-time
             * @description When its owner asked for it.
             */
            createTime: string;
            /** @description What is happening, in words; absent where nothing is. */
            detail?: string;
            /** @description Addresses by name: `pachd`, `console`; empty until there are any. */
            endpoints: {
                [key: string]: string;
            };
            /** @description Why it failed or waits; null where it does neither. */
            error: components["schemas"]["ClusterError"] | null;
            /** @description When it is expected to be ready, or gone; null where nothing goes on by itself. */
            etaAt: string | null;
            /** @description Version of what was asked for, as `ETag` carries it; commands with another one as `If-Match` are refused. */
            etag: string;
            /**
             * Format: date-time
             * @description End of its lifetime; absent without one, and until it counts.
             */
            expiresAt?: string;
            /**
             * Format: date-time
             * @description Whoever pays is deleting their account: it is deleted then unless another owner takes it over; else absent.
             */
            handOverUntilAt?: string;
            /** @description Unique and for ever: 16 lower-case letters and digits. */
            id: string;
            /**
             * @description Whether it is a cluster of its own.
             * @enum {string}
             */
            isolation: "dedicated" | "namespace";
            /** @description The state in words. */
            label: string;
            /** @description The role of each member, by uid. */
            members: {
                [key: string]: "viewer" | "editor" | "owner";
            };
            /** @description As it was asked for; others may have the same. */
            name: string;
            /** @description Uid of the owner who was asked to pay for it instead, and has not answered; else absent. */
            offeredTo?: string;
            /** @description Uid of whoever pays for it, towards whose limits it counts; absent of what is nobody’s. */
            owner?: string;
            /** @description Hub could not go on with it, has told its operators, and tries again by itself within the hour; absent of any other. */
            parked?: components["schemas"]["Parked"];
            /** @description Id of the product in the catalog. */
            product: string;
            /** @description How much of the way is done, from 0 to 1. */
            progress: number;
            /** @description Id of the region in the catalog. */
            region: string;
            /** @description Id of the size in the catalog. */
            size: string;
            /**
             * @description Where it is in its life.
             * @enum {string}
             */
            state: "queued" | "provisioning" | "installing" | "securing" | "exposing" | "warm" | "personalizing" | "ready" | "sharing" | "repairing" | "undoing" | "failed" | "deleting" | "deprovisioning" | "sweeping" | "deleted" | "stuck";
            /** @description Its lifetime in hours, as it was last asked for: from `ready`, or from when it was extended; absent: it has no end. */
            ttlHours?: number;
            /**
             * Format: date-time
             * @description When any of it last changed.
             */
            updateTime: string;
            /** @description Version of the product. */
            version: string;
        };
        /** @description Why a cluster failed, or waits. */
        ClusterError: {
            /** @description A code as in Problem, or one that only another version of Hub has, which wrote it. */
            code: string;
            /**
             * @description Whose move it is; where it is the cloud’s, waiting helps.
             * @enum {string}
             */
            fault: "user" | "operator" | "cloud" | "hub";
            /** @description What is wrong, in a sentence or two. */
            message: string;
            /** @description What can be done about it. */
            remedy: string;
        };
        /** @description Clusters, newest first; those of everybody in no order of time. */
        ClusterPage: {
            /** @description Those of this page. */
            clusters: components["schemas"]["Cluster"][];
            /** @description Asks for the next page as pageToken; absent on the last page. */
            nextPageToken?: string;
        };
        /** @description A condition of a cluster: whether it is met, and since when. */
        Condition: {
            /** @description The same in words. */
            message: string;
            /**
             * Format: date-time
             * @description Since when it is so.
             */
            since: string;
            /** @description Whether it is met. */
            status: boolean;
            /** @description What it is about, as one word: `Exists`. */
            type: string;
        };
        /**
         * @description What is left out is filled in with the defaults of the catalog.
         * @example {
         *       "name": "my-first",
         *       "size": "small",
         *       "ttlHours": 8
         *     }
         */
        CreateCluster: {
            /**
             * @description One zone (cheaper, quicker) or all zones of the region, for the control plane and the nodes.
             * @enum {string}
             */
            availability?: "zonal" | "regional";
            /**
             * @description Only `dedicated`, the default, is offered yet.
             * @enum {string}
             */
            isolation?: "dedicated" | "namespace";
            /** @description 1 to 63 lower-case letters, digits and hyphens; starts with a letter, does not end with a hyphen. Need not be unique. */
            name: string;
            /** @description Id of a product of the catalog. */
            product?: string;
            /** @description Id of a region of the catalog. */
            region?: string;
            /** @description Id of a size of the catalog. */
            size?: string;
            /** @description It is deleted so many hours after it is ready; absent: it stays until it is deleted. */
            ttlHours?: number;
            /** @description A version of the product, as the catalog has it. */
            version?: string;
        };
        /** @description A message that was delivered several times without success, and then given up. */
        DeadLetter: {
            /** @description What was published. */
            body: string;
            /** @description Id of the cluster that it names; absent where it names none. */
            cluster?: string;
            /** @description How often it was delivered. */
            deliveries: number;
            /**
             * Format: date-time
             * @description When it was given up.
             */
            diedAt: string;
            /** @description Nobody is to send it again; absent where nobody said so. */
            dismissed?: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description Uid of the operator; `scheduler` where the same was sent again by its schedule. */
                by: string;
                /** @description Why, in their words. */
                reason: string;
            };
            /**
             * @description A `message` can be replayed; a `text` is none of ours, and what looks like a secret in it is masked.
             * @enum {string}
             */
            format: "message" | "text";
            /** @description That of the message. */
            id: string;
            /**
             * Format: date-time
             * @description Absent where the bus does not say.
             */
            publishedAt?: string;
            /** @description What is known of why, in words. */
            reason: string;
            /** @description When it was sent again, oldest first. */
            replays: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description Uid of the operator; `scheduler` where the same was sent again by its schedule. */
                by: string;
                /** @description Why, in their words. */
                reason: string;
            }[];
            /**
             * @description Whether somebody has dealt with it.
             * @enum {string}
             */
            state: "open" | "replayed" | "dismissed";
            /** @description Where it was published; empty if the bus does not say. */
            topic: string;
        };
        /** @description Newest first. */
        DeadLetterPage: {
            /** @description Those of this page. */
            deadLetters: components["schemas"]["DeadLetter"][];
            /** @description Asks for the next page as pageToken; absent on the last page. */
            nextPageToken?: string;
        };
        /** @description What an operator declined, until the next request or limits. */
        DeclinedRequest: {
            /**
             * Format: date-time
             * @description When it was declined.
             */
            at: string;
            /** @description Clusters at once. */
            maxClusters: number;
            /** @description Dollars an hour; absent: as much as now. */
            maxHourlyDollars?: number;
        };
        /**
         * @description Why, for the audit log. Name nobody in it.
         * @example {
         *       "reason": "Asked for by letter."
         *     }
         */
        DeleteAccount: {
            /** @description Why, in one line. */
            reason: string;
        };
        /**
         * @description Why it should go now.
         * @example {
         *       "reason": "It costs ten dollars an hour."
         *     }
         */
        DeleteOrphan: {
            /** @description Why, in one line. */
            reason: string;
        };
        /**
         * @description Why nobody needs it any more.
         * @example {
         *       "reason": "The cluster is deleted."
         *     }
         */
        Dismiss: {
            /** @description Why, in one line. */
            reason: string;
        };
        /** @description Something that happened to a cluster. */
        Event: {
            /** @description Uid of who asked for it; absent where Hub did it by itself. */
            actor?: string;
            /**
             * Format: date-time
             * @description When it happened.
             */
            at: string;
            /** @description What led to it: the outcome of a step, or a command. */
            cause: string;
            /** @description Milliseconds spent in `from`; 0 for the first event. */
            durationMs: number;
            /** @description Number of the transition or command; it goes up. */
            epoch: number;
            /** @description What went wrong; absent where nothing did. */
            error?: components["schemas"]["ClusterError"];
            /** @description The state it left (absent for the first event), as in Cluster, or one that only another version of Hub has, which wrote it. */
            from?: string;
            /** @description What happened, in words. */
            message: string;
            /** @description The state it entered, as in Cluster, or one that only another version of Hub has, which wrote it. */
            to: string;
        };
        /** @description Events of a cluster, newest last. */
        EventPage: {
            /** @description Those of this page. */
            events: components["schemas"]["Event"][];
            /** @description Asks for the next page as pageToken; absent on the last page. */
            nextPageToken?: string;
        };
        /**
         * @description It ends so many hours from now, however long it would have lived.
         * @example {
         *       "ttlHours": 24
         *     }
         */
        Extend: {
            /** @description Hours from now, not hours more. */
            ttlHours: number;
        };
        /** @description Whether the API runs. */
        Health: {
            /**
             * @description The API runs.
             * @constant
             */
            status: "ok";
        };
        /** @description https://www.rfc-editor.org/rfc/rfc7517#section-5 */
        Keys: {
            /** @description The one that signs today, and every earlier one. */
            keys: {
                /**
                 * @description What it signs by.
                 * @constant
                 */
                alg: "EdDSA";
                /**
                 * @description Its curve.
                 * @constant
                 */
                crv: "Ed25519";
                /** @description Thumbprint of the public key: https://www.rfc-editor.org/rfc/rfc7638 */
                kid: string;
                /**
                 * @description Type of the key.
                 * @constant
                 */
                kty: "OKP";
                /**
                 * @description It signs.
                 * @constant
                 */
                use: "sig";
                /** @description Base64url of the public key. */
                x: string;
            }[];
        };
        /** @description What kubectl reads. */
        Kubeconfig: string;
        /**
         * @description You, and what your account has and may have.
         * @example {
         *       "uid": "uid-of-ada",
         *       "email": "ada@example.com",
         *       "operator": false,
         *       "allowance": {
         *         "clusters": 1,
         *         "maxClusters": 5,
         *         "hourlyPrice": {
         *           "amount": 0.61,
         *           "currency": "USD",
         *           "about": true
         *         },
         *         "maxHourlyPrice": {
         *           "amount": 10,
         *           "currency": "USD",
         *           "about": false
         *         }
         *       }
         *     }
         */
        Me: {
            /** @description How much they have and may have. */
            allowance: {
                /** @description Clusters in use now: those being made, ready, or not yet proven gone. */
                clusters: number;
                /**
                 * @description What those in use cost an hour.
                 * @example {
                 *       "amount": 1.25,
                 *       "currency": "USD",
                 *       "about": true
                 *     }
                 */
                hourlyPrice: components["schemas"]["Money"];
                /** @description So many may be in use at once. */
                maxClusters: number;
                /**
                 * @description So much they may cost an hour.
                 * @example {
                 *       "amount": 1.25,
                 *       "currency": "USD",
                 *       "about": true
                 *     }
                 */
                maxHourlyPrice: components["schemas"]["Money"];
            };
            /** @description Present once its deletion was asked for. */
            closing?: components["schemas"]["Closing"];
            /** @description What an operator declined last; absent where nothing was, or once more was asked for or given. */
            declinedRequest?: components["schemas"]["DeclinedRequest"];
            /** @description As their token has it; absent where it has none. */
            email?: string;
            /** @description Whether they operate Hub. */
            operator: boolean;
            /** @description What is asked of an operator; absent where nothing is, or it was answered. */
            quotaRequest?: components["schemas"]["QuotaRequest"];
            /** @description How it is restricted; absent: it is not. */
            standing?: components["schemas"]["Standing"];
            /** @description Of whoever asks. */
            uid: string;
        };
        /** @description Somebody who may use a cluster, or is invited. */
        Member: {
            /** @description By which they are known to the application. */
            email: string;
            /**
             * Format: date-time
             * @description When the invitation of one who is invited ends; absent for members.
             */
            expiresAt?: string;
            /**
             * @description `pays`: the cluster counts for them. `asked`: they were asked to pay for it instead. Absent of all others.
             * @enum {string}
             */
            paying?: "pays" | "asked";
            /** @description Invited, and not there yet: whoever has the address has to sign in with it. */
            pending: boolean;
            /**
             * @description A viewer can look, an editor can work, and an owner can also share it, hand it over and delete it.
             * @enum {string}
             */
            role: "viewer" | "editor" | "owner";
            /** @description Absent for one who is invited. */
            uid?: string;
        };
        /** @description By address. */
        MemberList: {
            /** @description All of them, at most 50. */
            members: components["schemas"]["Member"][];
        };
        /**
         * @description An amount of money.
         * @example {
         *       "amount": 1.25,
         *       "currency": "USD",
         *       "about": true
         *     }
         */
        Money: {
            /** @description Whether it is an estimate, at list prices: say “about”. */
            about: boolean;
            /** @description In whole units of the currency, with a fraction. */
            amount: number;
            /**
             * @description ISO 4217.
             * @constant
             */
            currency: "USD";
        };
        /** @description Something in the cloud that no cluster of Hub’s claims. */
        Orphan: {
            /** @description An operator wants it gone at once; absent where none does. */
            asked?: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description Uid of the operator; `scheduler` where the same was sent again by its schedule. */
                by: string;
                /** @description Why, in their words. */
                reason: string;
            };
            /** @description Id of the cluster it was made for, or is called after; absent where there is none. */
            clusterId?: string;
            /**
             * @description Since it was found.
             * @example {
             *       "amount": 1.25,
             *       "currency": "USD",
             *       "about": true
             *     }
             */
            cost: components["schemas"]["Money"];
            /**
             * Format: date-time
             * @description When the cloud made it; absent where the cloud does not say.
             */
            createdAt?: string;
            /** @description Why the last try to delete it did not work; absent where none failed. */
            error?: components["schemas"]["ClusterError"];
            /**
             * Format: date-time
             * @description When Hub found it.
             */
            foundAt: string;
            /**
             * Format: date-time
             * @description When it was seen gone; absent while it is there.
             */
            goneAt?: string;
            /**
             * @description What it costs an hour while it is there.
             * @example {
             *       "amount": 1.25,
             *       "currency": "USD",
             *       "about": true
             *     }
             */
            hourlyPrice: components["schemas"]["Money"];
            /** @description By which it is asked for. */
            key: string;
            /** @description What it is, as a ledger of clusters calls it. */
            kind: string;
            /** @description Zone, region, or `global`. */
            location: string;
            /** @description As the cloud has it. */
            name: string;
            /** @description Uid of who had that cluster last; absent where that is not known. */
            owner?: string;
            /**
             * @description `unproven`: nothing proves that it is Hub’s, so Hub leaves it alone.
             * @enum {string}
             */
            state: "found" | "deleting" | "gone" | "unproven";
        };
        /** @description Newest first. */
        OrphanPage: {
            /** @description Found in the last seven days, gone or not. Each is a bug report. */
            foundThisWeek: number;
            /** @description Asks for the next page as pageToken; absent on the last page. */
            nextPageToken?: string;
            /** @description Those of this page. */
            orphans: components["schemas"]["Orphan"][];
        };
        /** @description All that Hub holds of you. */
        OwnAccount: {
            /** @description How much you have and may have. */
            allowance: {
                /** @description Clusters in use now: those being made, ready, or not yet proven gone. */
                clusters: number;
                /**
                 * @description What those in use cost an hour.
                 * @example {
                 *       "amount": 1.25,
                 *       "currency": "USD",
                 *       "about": true
                 *     }
                 */
                hourlyPrice: components["schemas"]["Money"];
                /** @description So many may be in use at once. */
                maxClusters: number;
                /**
                 * @description So much they may cost an hour.
                 * @example {
                 *       "amount": 1.25,
                 *       "currency": "USD",
                 *       "about": true
                 *     }
                 */
                maxHourlyPrice: components["schemas"]["Money"];
            };
            /** @description Present once its deletion was asked for. */
            closing?: components["schemas"]["Closing"];
            /** @description All that are not deleted, and of those that are the newest 200. */
            clusters: components["schemas"]["OwnCluster"][];
            /** @description What an operator declined last; absent where nothing was, or once more was asked for or given. */
            declinedRequest?: components["schemas"]["DeclinedRequest"];
            /** @description How many that you may read are deleted. Each of them is forgotten, whether it is listed or not. */
            deletedClusters: number;
            /** @description For so many hours other owners may take over what counts for you, once you delete your account; until then it stays. */
            handOverHours: number;
            /** @description To you, and by you. */
            invitations: {
                /** @description Id of the cluster. */
                cluster: string;
                /**
                 * @description Whether you are invited, or have invited somebody.
                 * @enum {string}
                 */
                direction: "received" | "sent";
                /** @description Of who is invited. */
                email: string;
                /**
                 * Format: date-time
                 * @description Until then it can be accepted.
                 */
                expireTime: string;
                /**
                 * @description What whoever is invited may do.
                 * @enum {string}
                 */
                role: "viewer" | "editor" | "owner";
            }[];
            /** @description What you did, and what was done to you, newest first; of each the newest 500. */
            log: {
                /**
                 * @description What was done, or one that only another version of Hub has, which wrote it.
                 * @example create
                 * @example claim
                 * @example delete
                 * @example retry
                 * @example share
                 * @example extend
                 * @example transfer
                 * @example invite
                 * @example withdraw-invitation
                 * @example issue-credentials
                 * @example sign-in
                 * @example set-limits
                 * @example decline-request
                 * @example throttle
                 * @example suspend
                 * @example restore
                 * @example set-pool
                 * @example replay
                 * @example dismiss
                 * @example delete-orphan
                 * @example delete-account
                 * @example close-account
                 */
                action: string;
                /**
                 * Format: date-time
                 * @description When it was done.
                 */
                at: string;
                /**
                 * @description Who did it.
                 * @enum {string}
                 */
                by: "you" | "hub" | "somebody else";
                /** @description Id of the cluster it concerns; absent where it concerns none. */
                cluster?: string;
                /** @description In the words of who did it, or what changed, in Hub’s; absent where nothing was said. */
                reason?: string;
                /** @description Path of the document that it was done to. */
                target: string;
            }[];
            /** @description Whether they operate Hub. */
            operator: boolean;
            /** @description As whoever signs you in has it; Hub keeps no copy. */
            profile: {
                /**
                 * Format: date-time
                 * @description When the user was made; absent where nobody says.
                 */
                createTime?: string;
                /** @description Absent where there is none. */
                displayName?: string;
                /** @description Absent where there is none. */
                email?: string;
                /** @description Whether the address was proven to be theirs. */
                emailVerified: boolean;
                /**
                 * Format: date-time
                 * @description Absent where nobody says.
                 */
                lastSignInTime?: string;
                /** @description Absent where there is none. */
                phoneNumber?: string;
                /** @description Absent where there is none. */
                photoUrl?: string;
                /** @description Ways to sign in: `password`, `google.com`. */
                providers: string[];
            };
            /** @description What is asked of an operator; absent where nothing is, or it was answered. */
            quotaRequest?: components["schemas"]["QuotaRequest"];
            /** @description What made Hub doubt the account. */
            signals: {
                /**
                 * Format: date-time
                 * @description When it was noticed.
                 */
                at: string;
                /** @description Id of the cluster it was noticed of; absent where it was of none. */
                cluster?: string;
                /** @description What was noticed: `sign-ups`, `busy`, `traffic`. */
                kind: string;
            }[];
            /** @description How it is restricted; absent: it is not. */
            standing?: components["schemas"]["Standing"];
            /** @description Of whoever asks. */
            uid: string;
        };
        /** @description A cluster of yours, and what becomes of it with your account. */
        OwnCluster: {
            /**
             * Format: date-time
             * @description When its owner asked for it.
             */
            createTime: string;
            /** @description Of the cluster. */
            id: string;
            /** @description Of the cluster. */
            name: string;
            /** @description How many others may use it. */
            others: number;
            /** @description Id of the product in the catalog. */
            product: string;
            /** @description Id of the region in the catalog. */
            region: string;
            /**
             * @description What you may do; absent: not a member any more, but it still counts as yours.
             * @enum {string}
             */
            role?: "viewer" | "editor" | "owner";
            /** @description Id of the size in the catalog. */
            size: string;
            /**
             * @description Where it is in its life.
             * @enum {string}
             */
            state: "queued" | "provisioning" | "installing" | "securing" | "exposing" | "warm" | "personalizing" | "ready" | "sharing" | "repairing" | "undoing" | "failed" | "deleting" | "deprovisioning" | "sweeping" | "deleted" | "stuck";
            /**
             * @description What becomes of it if the account is deleted. `deleted`: nobody else owns it. `offered`: its other owners may take it over for `handOverHours`, else it is deleted then. `left`: it is somebody else’s. `forgotten`: it is already deleted, and no longer says whose it was.
             * @enum {string}
             */
            whenDeleted: "deleted" | "offered" | "left" | "forgotten";
        };
        /** @description What pachctl reads. */
        PachctlConfig: {
            /** @description The second version of the format. */
            v2: {
                /** @description Name of the one context. */
                active_context: string;
                /** @description By name: the address of the cluster and a token, a secret that is good for less than an hour. */
                contexts: {
                    [key: string]: {
                        [key: string]: string;
                    };
                };
                /** @description False: pachctl tells nobody how it is used. */
                metrics: boolean;
            };
        };
        /** @description Why Hub has stopped for the moment, and since when. */
        Parked: {
            /**
             * Format: date-time
             * @description When its message was given up.
             */
            at: string;
            /** @description Id of the message that was given up, among the dead letters. */
            deadLetter: string;
            /** @description What is known of why, in words. */
            reason: string;
        };
        /** @description The shape and number of spares that are kept ready. */
        Pool: {
            /**
             * @description Whether it is in one zone or in all zones of the region.
             * @enum {string}
             */
            availability: "zonal" | "regional";
            /** @description Of the pool. */
            id: string;
            /**
             * @description Whether it is a cluster of its own.
             * @enum {string}
             */
            isolation: "dedicated" | "namespace";
            /** @description What was found and decided last, and why; absent until something was. */
            lastPlan?: {
                /** @description What was decided. */
                actions: {
                    /**
                     * @description What was decided, or one that only another version of Hub has, which wrote it.
                     * @example create
                     * @example delete
                     */
                    action: string;
                    /** @description Id of the spare. */
                    cluster: string;
                    /** @description Why, in words. */
                    reason: string;
                }[];
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                at: string;
                /** @description Why fewer are made than are missing; absent where that is not so. */
                held?: string;
                /** @description Spares that were being made. */
                inTheMaking: number;
                /** @description Spares that were ready. */
                warm: number;
            };
            /** @description Spares that may fail within an hour before the pool pauses. */
            maxLossesPerHour: number;
            /**
             * @description What failed spares may cost within a day before the pool pauses.
             * @example {
             *       "amount": 1.25,
             *       "currency": "USD",
             *       "about": true
             *     }
             */
            maxLossPerDay: components["schemas"]["Money"];
            /** @description Too much was lost: until then nothing is made, and then one spare at a time, until one is ready; else absent. */
            pause?: {
                /**
                 * @description What there was too much of, or one that only another version of Hub has, which wrote it.
                 * @example failures
                 * @example money
                 */
                reason: string;
                /**
                 * Format: date-time
                 * @description Until then nothing is made.
                 */
                untilAt: string;
            };
            /** @description Id of the product in the catalog. */
            product: string;
            /** @description Id of the region in the catalog. */
            region: string;
            /** @description Id of the size in the catalog. */
            size: string;
            /** @description Version of the product. */
            version: string;
            /** @description Spares that should be ready or in the making. */
            wanted: number;
        };
        /** @description All pools. */
        PoolList: {
            /** @description All of them. */
            pools: components["schemas"]["Pool"][];
        };
        /**
         * @description https://www.rfc-editor.org/rfc/rfc9457
         * @example {
         *       "type": "urn:hub:problem:INVALID_ARGUMENT",
         *       "title": "A field of the request is not valid.",
         *       "status": 400,
         *       "instance": "mz3x7q2vkd4w6yta",
         *       "code": "INVALID_ARGUMENT",
         *       "remedy": "Correct the fields named in \"errors\".",
         *       "errors": [
         *         {
         *           "field": "siez",
         *           "message": "There is no such field."
         *         }
         *       ]
         *     }
         */
        Problem: {
            /**
             * @description What is wrong, for programs.
             * @enum {string}
             */
            code: "INVALID_BODY" | "INVALID_ARGUMENT" | "INVALID_NAME" | "BODY_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "INVALID_PAGE_TOKEN" | "INVALID_IDEMPOTENCY_KEY" | "IDEMPOTENCY_KEY_REUSED" | "UNKNOWN_PRODUCT" | "UNKNOWN_VERSION" | "UNKNOWN_SIZE" | "UNKNOWN_REGION" | "UNSUPPORTED_ISOLATION" | "UNSUPPORTED_CREDENTIALS" | "UNAUTHENTICATED" | "TOKEN_EXPIRED" | "TOKEN_REVOKED" | "TOKEN_INVALID" | "OPERATOR_ONLY" | "OWNER_ONLY" | "EMAIL_NOT_VERIFIED" | "NOT_A_MEMBER" | "ACCOUNT_THROTTLED" | "ACCOUNT_SUSPENDED" | "OWNER_SUSPENDED" | "ACCOUNT_CLOSING" | "SIGN_IN_TOO_OLD" | "TOO_MANY_REQUESTS" | "SIGN_IN_OVER" | "NOT_FOUND" | "METHOD_NOT_ALLOWED" | "NOT_ACCEPTED_IN_STATE" | "NO_LIFETIME" | "LIFETIME_OVER" | "ENDS_LATER" | "OWNER_PAYS" | "NOT_AN_OWNER" | "NOT_OFFERED" | "TRANSFER_OTHERWISE" | "TRANSFER_NO_ROOM" | "LAST_OWNER" | "TOO_MANY_WAITING" | "TOO_MANY_TRIES" | "TOO_MANY_MEMBERS" | "ACCESS_NOT_READY" | "NOT_REPLAYABLE" | "REPLAY_REASON_USED" | "PREVIEW_REQUIRED" | "PREVIEW_CHANGED" | "CLUSTER_CHANGED" | "CONFLICT" | "ACCOUNT_QUOTA" | "ACCOUNT_BUDGET" | "SIZE_OVER_BUDGET" | "SIZE_OVER_CAPACITY" | "OWNER_HELD" | "CELL_FULL" | "CELL_BUSY" | "REGION_EXHAUSTED" | "CLOUD_QUOTA" | "ZONE_EXHAUSTED" | "CLUSTER_CREATE_FAILED" | "CLUSTER_VANISHED" | "NAME_TAKEN" | "CLUSTER_NEWER" | "INSTALL_FAILED" | "ORPHAN_UNPROVEN" | "LICENSE_MISSING" | "LOCK_FAILED" | "PRODUCT_REFUSED" | "STEP_TIMEOUT" | "PERMISSION_DENIED" | "DNS_ZONE_MISSING" | "CERTIFICATE_REFUSED" | "CERTIFICATE_LIMIT" | "CERTIFICATE_AUTHORITY_UNAVAILABLE" | "NO_ADDRESS" | "PROVIDER_UNAVAILABLE" | "OPERATION_IN_PROGRESS" | "CLOUD_BUSY" | "CLOUD_SETUP" | "LEAF_UNAVAILABLE" | "UNAVAILABLE" | "BUG";
            /** @description More about this occurrence; absent where there is no more to say, and with 401 and 5xx. */
            detail?: string;
            /** @description The first 20 fields that are wrong; absent where it is not about fields. */
            errors?: {
                /** @description Path of the field, its first 64 characters. */
                field: string;
                /** @description What is wrong with it. */
                message: string;
            }[];
            /** @description Id of the request, as in X-Request-Id, by which an operator finds it in the log. */
            instance: string;
            /** @description What the caller can do about it. */
            remedy: string;
            /** @description The HTTP status. */
            status: number;
            /** @description What is wrong: the same sentence whenever the code is the same. */
            title: string;
            /** @description URI of the kind of problem: `urn:hub:problem:` and the code. */
            type: string;
        };
        /**
         * @description A new limit answers what the user asked for, and so does decline; with requestAt only if they have not asked for something else since. A throttled account makes nothing new; a suspended one may only look and delete.
         * @example {
         *       "maxClusters": 10,
         *       "requestAt": "2026-03-01T12:00:00.000Z"
         *     }
         */
        PutAccount: {
            /**
             * @description Declines what they have asked for; absent: it does not.
             * @constant
             */
            decline?: true;
            /** @description So many it may have at once; absent: as before. */
            maxClusters?: number;
            /** @description So much they may cost an hour; absent: as before. */
            maxHourlyDollars?: number;
            /**
             * Format: date-time
             * @description The `at` of the request that is answered: nothing is done if it is another by now.
             */
            requestAt?: string;
            /** @description How it is restricted from now on; absent: as before. */
            standing?: {
                /** @description Why, in one line. */
                reason: string;
                /**
                 * @description A throttled account makes nothing new; a suspended one may only look and delete.
                 * @enum {string}
                 */
                state: "good" | "throttled" | "suspended";
            };
        };
        /**
         * @description What a member may do.
         * @example {
         *       "role": "editor"
         *     }
         */
        PutMember: {
            /**
             * @description A viewer can look, an editor can work, and an owner can also share it, hand it over and delete it.
             * @enum {string}
             */
            role: "viewer" | "editor" | "owner";
        };
        /**
         * @description What is left out stays as it is; in a new pool it is filled in with the defaults of the catalog.
         * @example {
         *       "size": "small",
         *       "wanted": 2
         *     }
         */
        PutPool: {
            /**
             * @description One zone (cheaper, quicker) or all zones of the region, for the control plane and the nodes.
             * @enum {string}
             */
            availability?: "zonal" | "regional";
            /** @description What failed spares may cost within a day, in dollars, before the pool pauses. */
            maxLossDollarsPerDay?: number;
            /** @description Spares that may fail within an hour before the pool pauses. */
            maxLossesPerHour?: number;
            /** @description Id of a product of the catalog. */
            product?: string;
            /** @description Id of a region of the catalog. */
            region?: string;
            /** @description Id of a size of the catalog. */
            size?: string;
            /** @description A version of the product, as the catalog has it. */
            version?: string;
            /** @description Spares that should be ready or in the making. */
            wanted: number;
        };
        /**
         * @description How many clusters you would like to have at once, what they may cost per hour, and why.
         * @example {
         *       "maxClusters": 10,
         *       "reason": "A course with ten people, until the end of May."
         *     }
         */
        PutQuotaRequest: {
            /** @description In all, not more than now; absent: as many as now. */
            maxClusters?: number;
            /** @description What they may cost an hour, in all; absent: as much as now. */
            maxHourlyDollars?: number;
            /** @description Why, in one line. */
            reason: string;
        };
        /** @description What somebody asks an operator for. */
        QuotaRequest: {
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            at: string;
            /** @description Clusters at once. */
            maxClusters: number;
            /** @description Dollars an hour; absent: as much as now. */
            maxHourlyDollars?: number;
            /** @description Why, in their words. */
            reason: string;
        };
        /**
         * @description What a cluster would cost and how long it would take.
         * @example {
         *       "product": "pachyderm",
         *       "version": "2.12.0",
         *       "size": "small",
         *       "region": "europe-west1",
         *       "availability": "zonal",
         *       "isolation": "dedicated",
         *       "hourlyPrice": {
         *         "amount": 0.61,
         *         "currency": "USD",
         *         "about": true
         *       },
         *       "wait": {
         *         "basis": "observed",
         *         "expectedMs": 420000,
         *         "samples": 12
         *       },
         *       "room": null
         *     }
         */
        Quote: {
            /**
             * @description Whether it is in one zone or in all zones of the region.
             * @enum {string}
             */
            availability: "zonal" | "regional";
            /**
             * @description What it would cost an hour.
             * @example {
             *       "amount": 1.25,
             *       "currency": "USD",
             *       "about": true
             *     }
             */
            hourlyPrice: components["schemas"]["Money"];
            /**
             * @description Whether it is a cluster of its own.
             * @enum {string}
             */
            isolation: "dedicated" | "namespace";
            /** @description Id of the product in the catalog. */
            product: string;
            /** @description Id of the region in the catalog. */
            region: string;
            /** @description What stands in the way of a cluster that is asked for now: what it would wait for, or (EMAIL_NOT_VERIFIED and the codes of an account that is held) as what it would be refused; null: nothing. */
            room: {
                /**
                 * @description A code as in Problem.
                 * @enum {string}
                 */
                code: "INVALID_BODY" | "INVALID_ARGUMENT" | "INVALID_NAME" | "BODY_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "INVALID_PAGE_TOKEN" | "INVALID_IDEMPOTENCY_KEY" | "IDEMPOTENCY_KEY_REUSED" | "UNKNOWN_PRODUCT" | "UNKNOWN_VERSION" | "UNKNOWN_SIZE" | "UNKNOWN_REGION" | "UNSUPPORTED_ISOLATION" | "UNSUPPORTED_CREDENTIALS" | "UNAUTHENTICATED" | "TOKEN_EXPIRED" | "TOKEN_REVOKED" | "TOKEN_INVALID" | "OPERATOR_ONLY" | "OWNER_ONLY" | "EMAIL_NOT_VERIFIED" | "NOT_A_MEMBER" | "ACCOUNT_THROTTLED" | "ACCOUNT_SUSPENDED" | "OWNER_SUSPENDED" | "ACCOUNT_CLOSING" | "SIGN_IN_TOO_OLD" | "TOO_MANY_REQUESTS" | "SIGN_IN_OVER" | "NOT_FOUND" | "METHOD_NOT_ALLOWED" | "NOT_ACCEPTED_IN_STATE" | "NO_LIFETIME" | "LIFETIME_OVER" | "ENDS_LATER" | "OWNER_PAYS" | "NOT_AN_OWNER" | "NOT_OFFERED" | "TRANSFER_OTHERWISE" | "TRANSFER_NO_ROOM" | "LAST_OWNER" | "TOO_MANY_WAITING" | "TOO_MANY_TRIES" | "TOO_MANY_MEMBERS" | "ACCESS_NOT_READY" | "NOT_REPLAYABLE" | "REPLAY_REASON_USED" | "PREVIEW_REQUIRED" | "PREVIEW_CHANGED" | "CLUSTER_CHANGED" | "CONFLICT" | "ACCOUNT_QUOTA" | "ACCOUNT_BUDGET" | "SIZE_OVER_BUDGET" | "SIZE_OVER_CAPACITY" | "OWNER_HELD" | "CELL_FULL" | "CELL_BUSY" | "REGION_EXHAUSTED" | "CLOUD_QUOTA" | "ZONE_EXHAUSTED" | "CLUSTER_CREATE_FAILED" | "CLUSTER_VANISHED" | "NAME_TAKEN" | "CLUSTER_NEWER" | "INSTALL_FAILED" | "ORPHAN_UNPROVEN" | "LICENSE_MISSING" | "LOCK_FAILED" | "PRODUCT_REFUSED" | "STEP_TIMEOUT" | "PERMISSION_DENIED" | "DNS_ZONE_MISSING" | "CERTIFICATE_REFUSED" | "CERTIFICATE_LIMIT" | "CERTIFICATE_AUTHORITY_UNAVAILABLE" | "NO_ADDRESS" | "PROVIDER_UNAVAILABLE" | "OPERATION_IN_PROGRESS" | "CLOUD_BUSY" | "CLOUD_SETUP" | "LEAF_UNAVAILABLE" | "UNAVAILABLE" | "BUG";
                /**
                 * @description Whose move it is; where it is the cloud’s, waiting helps.
                 * @enum {string}
                 */
                fault: "user" | "operator" | "cloud" | "hub";
                /** @description What is wrong, in a sentence or two. */
                message: string;
                /** @description What can be done about it. */
                remedy: string;
            } | null;
            /** @description Id of the size in the catalog. */
            size: string;
            /** @description Version of the product. */
            version: string;
            /** @description How long it would take. */
            wait: {
                /**
                 * @description A spare waits; what was observed in this region; or what is typical, where too little was observed.
                 * @enum {string}
                 */
                basis: "spare" | "observed" | "typical";
                /** @description Milliseconds from asking to `ready`; null while there is no room: nobody knows when there will be. */
                expectedMs: number | null;
                /** @description Observations behind each state that was observed: the fewest of them; absent where there are none. */
                samples?: number;
            };
        };
        /**
         * @description Why it should work this time.
         * @example {
         *       "reason": "The quota was raised."
         *     }
         */
        Replay: {
            /** @description Why, in one line. */
            reason: string;
        };
        /** @description How an account is restricted, why, and since when. */
        Standing: {
            /** @description What made Hub doubt it, or an operator’s words. */
            reason: string;
            /**
             * Format: date-time
             * @description Since when it is so.
             */
            since: string;
            /**
             * @description A throttled account makes nothing new; a suspended one may only look and delete. What it is, or one that only another version of Hub has, which wrote it.
             * @example throttled
             * @example suspended
             */
            state: string;
        };
        /** @description How Hub is. */
        Status: {
            /** @description What people use of Hub. */
            components: {
                /** @description Getting into clusters. */
                access: {
                    /** @description What it means to people. */
                    message: string;
                    /**
                     * Format: date-time
                     * @description Since when it is so.
                     */
                    since: string;
                    /**
                     * @description How it is.
                     * @enum {string}
                     */
                    status: "operational" | "degraded" | "down";
                };
                /** @description Making clusters. */
                creating: {
                    /** @description What it means to people. */
                    message: string;
                    /**
                     * Format: date-time
                     * @description Since when it is so.
                     */
                    since: string;
                    /**
                     * @description How it is.
                     * @enum {string}
                     */
                    status: "operational" | "degraded" | "down";
                };
                /** @description Deleting clusters, and proving them gone. */
                deleting: {
                    /** @description What it means to people. */
                    message: string;
                    /**
                     * Format: date-time
                     * @description Since when it is so.
                     */
                    since: string;
                    /**
                     * @description How it is.
                     * @enum {string}
                     */
                    status: "operational" | "degraded" | "down";
                };
                /** @description Keeping spares ready. */
                pools: {
                    /** @description What it means to people. */
                    message: string;
                    /**
                     * Format: date-time
                     * @description Since when it is so.
                     */
                    since: string;
                    /**
                     * @description How it is.
                     * @enum {string}
                     */
                    status: "operational" | "degraded" | "down";
                };
                /** @description Finding what is overdue. */
                sweeps: {
                    /** @description What it means to people. */
                    message: string;
                    /**
                     * Format: date-time
                     * @description Since when it is so.
                     */
                    since: string;
                    /**
                     * @description How it is.
                     * @enum {string}
                     */
                    status: "operational" | "degraded" | "down";
                };
            };
            /** @description Messages that were given up. */
            deadLetters: number;
            /** @description Objects in the cloud that belong to no cluster and are not gone yet. */
            orphans: number;
            /** @description How long the oldest cluster that is due has been so, in whole minutes. */
            overdueSeconds: number;
            /** @description Seconds from the request until ready, over the last hours; null if none became ready. */
            readySeconds: {
                /** @description Half of them were not slower. */
                p50: number;
                /** @description 95 of 100 were not slower. */
                p95: number;
            } | null;
            /** @description How people get in; absent if this Hub does not say. */
            signIn?: {
                /** @description Whether anybody may make an account. */
                open: boolean;
                /** @description How people sign in, by the ids of Identity Platform. */
                ways: string[];
            };
            /**
             * @description How the worst component is.
             * @enum {string}
             */
            status: "operational" | "degraded" | "down";
            /** @description Clusters that need an operator. */
            stuck: number;
            /**
             * Format: date-time
             * @description When any of it last changed.
             */
            updateTime: string;
        };
        /**
         * @description The e-mail of the owner you offer it to. Your own address accepts an offer made to you; while whoever pays is deleting their account, it takes the cluster over without one. If you pay for the cluster, it withdraws your offer. Say with action which of these you mean: if it would be another, nothing is done. Only with the action decline does your own address refuse an offer made to you.
         * @example {
         *       "email": "grace@example.com",
         *       "action": "offer"
         *     }
         */
        Transfer: {
            /**
             * @description What you mean. If that is not what would be done, it is refused, and nothing is done.
             * @enum {string}
             */
            action?: "offer" | "accept" | "withdraw" | "decline";
            /** @description Of the owner you offer it to, or your own. */
            email: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description `no-store`, or for how long anybody may keep the reply. */
        "Cache-Control": string;
        /** @description Under which name a browser saves it. */
        "Content-Disposition": string;
        /** @description Version of what is shown; sent back as If-Match, it guards against changes since. */
        ETag: string;
        /** @description Path of the cluster. */
        Location: string;
        /** @description Seconds after which it is worth asking again. */
        "Retry-After": number;
        /** @description https://www.rfc-editor.org/rfc/rfc6750#section-3 */
        "WWW-Authenticate": string;
        /** @description Id of the request, by which an operator finds it in the log. */
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnAccount"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteAccount: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag of GET /v1/account: what you have looked at. */
                "If-Match": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnAccount"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description SIGN_IN_TOO_OLD: You signed in too long ago for this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PREVIEW_CHANGED: What would be deleted has changed since you looked at it. */
            412: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PREVIEW_REQUIRED: You must first look at what would be deleted. */
            428: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminAccounts: {
        parameters: {
            query?: {
                /** @description At most so many in this page. */
                pageSize?: number;
                /** @description The nextPageToken of the page before, of the same list and filter; absent for the first page. */
                pageToken?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putAdminAccountsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Uid of the user. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutAccount"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. ACCOUNT_CLOSING: The account is being deleted. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminAccountsIdDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Uid of the user. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeleteAccount"];
            };
        };
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminAudit: {
        parameters: {
            query?: {
                /** @description Only what the user with this uid did; not together with cluster. */
                actor?: string;
                /** @description Only what concerns the cluster with this id. */
                cluster?: string;
                /** @description At most so many in this page. */
                pageSize?: number;
                /** @description The nextPageToken of the page before, of the same list and filter; absent for the first page. */
                pageToken?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminCells: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CellList"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminClusters: {
        parameters: {
            query?: {
                /** @description Only those that are charged to the user with this uid. */
                account?: string;
                /** @description At most so many in this page. */
                pageSize?: number;
                /** @description The nextPageToken of the page before, of the same list and filter; absent for the first page. */
                pageToken?: string;
                /** @description Only those in this state; absent: all that are not deleted. */
                state?: "queued" | "provisioning" | "installing" | "securing" | "exposing" | "warm" | "personalizing" | "ready" | "sharing" | "repairing" | "undoing" | "failed" | "deleting" | "deprovisioning" | "sweeping" | "deleted" | "stuck";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminDeadLetters: {
        parameters: {
            query?: {
                /** @description At most so many in this page. */
                pageSize?: number;
                /** @description The nextPageToken of the page before, of the same list and filter; absent for the first page. */
                pageToken?: string;
                /** @description Only those in this state; absent: all. */
                state?: "open" | "replayed" | "dismissed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminDeadLettersIdDismiss: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the dead letter. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Dismiss"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminDeadLettersIdReplay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the dead letter. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Replay"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_REPLAYABLE: This dead letter cannot be replayed. REPLAY_REASON_USED: This dead letter was already replayed for that reason. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAdminOrphans: {
        parameters: {
            query?: {
                /** @description At most so many in this page. */
                pageSize?: number;
                /** @description The nextPageToken of the page before, of the same list and filter; absent for the first page. */
                pageToken?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrphanPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postAdminOrphansIdDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of the orphan. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeleteOrphan"];
            };
        };
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Orphan"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ORPHAN_UNPROVEN: Nothing proves that this belongs to Hub, so Hub does not delete it. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCatalog: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getClusters: {
        parameters: {
            query?: {
                /** @description At most so many in this page. */
                pageSize?: number;
                /** @description The nextPageToken of the page before, of the same list and filter; absent for the first page. */
                pageToken?: string;
                /** @description Only those in this state; absent: all that are not deleted. */
                state?: "queued" | "provisioning" | "installing" | "securing" | "exposing" | "warm" | "personalizing" | "ready" | "sharing" | "repairing" | "undoing" | "failed" | "deleting" | "deprovisioning" | "sweeping" | "deleted" | "stuck";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postClusters: {
        parameters: {
            query?: never;
            header?: {
                /** @description Printable ASCII. Within 24 h, the same key and body give the same cluster. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateCluster"];
            };
        };
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. INVALID_NAME: The name is not valid. INVALID_IDEMPOTENCY_KEY: The Idempotency-Key is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description EMAIL_NOT_VERIFIED: Your e-mail address is not verified. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_THROTTLED: Your account cannot create anything new for now. ACCOUNT_SUSPENDED: Your account is suspended. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_WAITING: Too many of your clusters wait for room already. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNKNOWN_PRODUCT: There is no such product. UNKNOWN_VERSION: The product has no such version. UNKNOWN_SIZE: There is no such size. UNKNOWN_REGION: Hub has no such region. UNSUPPORTED_ISOLATION: Clusters in a shared namespace are not offered yet. SIZE_OVER_BUDGET: This size costs more per hour than your account allows. SIZE_OVER_CAPACITY: This size costs more per hour than this whole Hub may spend. IDEMPOTENCY_KEY_REUSED: This Idempotency-Key was already used with another body. */
            422: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getClustersId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteClustersId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the cluster as you know it: if it has another one by now, nothing is done. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postClustersIdExtend: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the cluster as you know it: if it has another one by now, nothing is done. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Extend"];
            };
        };
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_THROTTLED: Your account cannot create anything new for now. ACCOUNT_SUSPENDED: Your account is suspended. OWNER_HELD: The account of the cluster’s owner cannot create anything new for now. OWNER_SUSPENDED: The account of the cluster’s owner is suspended, so nobody may use the cluster for now. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NO_LIFETIME: The cluster has no lifetime that could be extended. LIFETIME_OVER: The cluster is being deleted, so its lifetime can no longer be extended. ENDS_LATER: The cluster already lives longer than that. NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postClustersIdRetry: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the cluster as you know it: if it has another one by now, nothing is done. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_THROTTLED: Your account cannot create anything new for now. ACCOUNT_SUSPENDED: Your account is suspended. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_TRIES: This cluster was tried again too often. TOO_MANY_WAITING: Too many of your clusters wait for room already. NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postClustersIdTransfer: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the cluster as you know it: if it has another one by now, nothing is done. */
                "If-Match"?: string;
            };
            path: {
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Transfer"];
            };
        };
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_THROTTLED: Your account cannot create anything new for now. ACCOUNT_SUSPENDED: Your account is suspended. OWNER_HELD: The account of the cluster’s owner cannot create anything new for now. OWNER_SUSPENDED: The account of the cluster’s owner is suspended, so nobody may use the cluster for now. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_AN_OWNER: Only an owner of the cluster can pay for it. NOT_OFFERED: The person who pays for this cluster has not offered it to you. TRANSFER_OTHERWISE: This would not do what you mean, so nothing was done. TRANSFER_NO_ROOM: They cannot pay for the cluster: their account has no room for it at the moment. NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getClustersIdCleanup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Content-Disposition": components["headers"]["Content-Disposition"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CleanUp"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getClustersIdCredentials: {
        parameters: {
            query: {
                /** @description The program that it is for: kubectl, or pachctl. */
                kind: "kubeconfig" | "pachctl";
            };
            header?: never;
            path: {
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PachctlConfig"];
                    "application/yaml": components["schemas"]["Kubeconfig"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_SUSPENDED: Your account is suspended. OWNER_SUSPENDED: The account of the cluster’s owner is suspended, so nobody may use the cluster for now. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. ACCESS_NOT_READY: Your access to this cluster is being set up. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    /** @description Seconds after which it is worth asking again. */
                    "Retry-After"?: number;
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_CREDENTIALS: The application in this cluster has no credentials of this kind. */
            422: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LEAF_UNAVAILABLE: The cluster does not answer at the moment. PRODUCT_REFUSED: The application in the cluster refused a request from Hub. CLUSTER_VANISHED: The cluster is not in the cloud any more, though Hub did not delete it. PROVIDER_UNAVAILABLE: The cloud does not answer at the moment. PERMISSION_DENIED: Hub is not allowed to do this in its cloud account. UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getClustersIdEvents: {
        parameters: {
            query?: {
                /** @description At most so many in this page. */
                pageSize?: number;
                /** @description The nextPageToken of the page before, of the same list and filter; absent for the first page. */
                pageToken?: string;
            };
            header?: never;
            path: {
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getClustersIdMembers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberList"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putClustersIdMembersEmail: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the cluster as you know it: if it has another one by now, nothing is done. */
                "If-Match"?: string;
            };
            path: {
                /** @description Of the member, or of who is invited; in any case of letters. */
                email: string;
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutMember"];
            };
        };
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_SUSPENDED: Your account is suspended. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_PAYS: This owner pays for the cluster and must stay an owner while it exists. LAST_OWNER: A cluster must have at least one owner. TOO_MANY_MEMBERS: The cluster has reached its limit of members and invitations. NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteClustersIdMembersEmail: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the cluster as you know it: if it has another one by now, nothing is done. */
                "If-Match"?: string;
            };
            path: {
                /** @description Of the member, or of who is invited; in any case of letters. */
                email: string;
                /** @description Id of the cluster. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_PAYS: This owner pays for the cluster and must stay an owner while it exists. LAST_OWNER: A cluster must have at least one owner. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Keys"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putMeQuotaRequest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutQuotaRequest"];
            };
        };
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description EMAIL_NOT_VERIFIED: Your e-mail address is not verified. ACCOUNT_CLOSING: The account is being deleted. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteMeQuotaRequest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCOUNT_CLOSING: The account is being deleted. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOpenapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolList"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPoolsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the pool: an RFC 1035 label, at most 63 characters. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pool"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putPoolsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the pool: an RFC 1035 label, at most 63 characters. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutPool"];
            };
        };
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pool"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNKNOWN_PRODUCT: There is no such product. UNKNOWN_VERSION: The product has no such version. UNKNOWN_SIZE: There is no such size. UNKNOWN_REGION: Hub has no such region. */
            422: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getQuote: {
        parameters: {
            query?: {
                /** @description One zone (cheaper, quicker) or all zones of the region, for the control plane and the nodes. */
                availability?: "zonal" | "regional";
                /** @description Only `dedicated`, the default, is offered yet. */
                isolation?: "dedicated" | "namespace";
                /** @description Id of a product of the catalog. */
                product?: string;
                /** @description Id of a region of the catalog. */
                region?: string;
                /** @description Id of a size of the catalog. */
                size?: string;
                /** @description A version of the product, as the catalog has it. */
                version?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quote"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNKNOWN_PRODUCT: There is no such product. UNKNOWN_VERSION: The product has no such version. UNKNOWN_SIZE: There is no such size. UNKNOWN_REGION: Hub has no such region. UNSUPPORTED_ISOLATION: Clusters in a shared namespace are not offered yet. */
            422: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
