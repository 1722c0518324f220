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
            closing?: components["schemas"]["Closing"];
            clusters: number;
            declinedRequest?: components["schemas"]["DeclinedRequest"];
            email?: string;
            hourlyPrice: components["schemas"]["Money"];
            maxClusters: number;
            maxHourlyPrice: components["schemas"]["Money"];
            quotaRequest?: components["schemas"]["QuotaRequest"];
            standing?: components["schemas"]["Standing"];
            uid: string;
        };
        /** @description By uid. Only people who have had a cluster, or asked for one, have an account. */
        AccountPage: {
            accounts: components["schemas"]["Account"][];
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
            actor: string;
            /** Format: date-time */
            at: string;
            cluster?: string;
            id: string;
            reason?: string;
            subject?: string;
            target: string;
        };
        AuditPage: {
            entries: components["schemas"]["AuditEntry"][];
            nextPageToken?: string;
        };
        Catalog: {
            defaults: {
                /** @enum {string} */
                availability: "zonal" | "regional";
                /** @enum {string} */
                isolation: "dedicated" | "namespace";
                product: string;
                region: string;
                size: string;
                version: string;
            };
            products: {
                description: string;
                id: string;
                label: string;
                versions: {
                    default: boolean;
                    needsLicense: boolean;
                    version: string;
                }[];
            }[];
            regions: {
                id: string;
                label: string;
            }[];
            sizes: {
                diskGiB: number;
                hourlyPrice: {
                    regional: components["schemas"]["Money"];
                    zonal: components["schemas"]["Money"];
                };
                id: string;
                label: string;
                machineType: string;
                nodes: number;
            }[];
        };
        /** @description What all users together have and may have. */
        Cell: {
            clusters: number;
            hourlyPrice: components["schemas"]["Money"];
            id: string;
            making: number;
            maxClusters: number;
            maxHourlyPrice: components["schemas"]["Money"];
            maxMaking: number;
            openPlaces: {
                /** @description A code as in Problem, or one that only another version of Hub has, which wrote it. */
                code?: string;
                location: string;
                /** Format: date-time */
                nextTryAt: string;
                probing: boolean;
                size: string;
            }[];
        };
        CellList: {
            cells: components["schemas"]["Cell"][];
        };
        /** @description All that there ever was of a deleted cluster in the cloud, and the proof that nothing is left. */
        CleanUp: {
            certificate?: {
                payload: string;
                protected: string;
                signature: string;
            };
            cluster: string;
            counts: {
                gone: number;
                planned: number;
            };
            /** Format: date-time */
            deletedAt: string;
            /** Format: uri */
            issuer: string;
            listing?: {
                /** Format: date-time */
                at: string;
                /** @constant */
                found: 0;
                scopes: {
                    by: string[];
                    except?: string[];
                    in: string;
                    kinds: string[];
                }[];
            };
            resources: {
                /** Format: date-time */
                goneAt: string;
                kind: string;
                location: string;
                name: string;
                /** Format: date-time */
                plannedAt: string;
            }[];
            /** @enum {number} */
            version: 1 | 2;
        };
        /** @description The account is being deleted: it can only view and delete. */
        Closing: {
            /** Format: date-time */
            since: string;
        };
        Cluster: {
            /** @enum {string} */
            availability: "zonal" | "regional";
            conditions: components["schemas"]["Condition"][];
            cost: {
                hourly: components["schemas"]["Money"] | null;
                soFar: components["schemas"]["Money"];
            };
            /** Format: date-time */
            createTime: string;
            detail?: string;
            endpoints: {
                [key: string]: string;
            };
            error: components["schemas"]["ClusterError"] | null;
            etaAt: string | null;
            etag: string;
            /** Format: date-time */
            expiresAt?: string;
            /** Format: date-time */
            handOverUntilAt?: string;
            id: string;
            /** @enum {string} */
            isolation: "dedicated" | "namespace";
            label: string;
            members: {
                [key: string]: "viewer" | "editor" | "owner";
            };
            name: string;
            offeredTo?: string;
            owner?: string;
            parked?: components["schemas"]["Parked"];
            product: string;
            progress: number;
            region: string;
            size: string;
            /** @enum {string} */
            state: "queued" | "provisioning" | "installing" | "securing" | "exposing" | "warm" | "personalizing" | "ready" | "sharing" | "repairing" | "undoing" | "failed" | "deleting" | "deprovisioning" | "sweeping" | "deleted" | "stuck";
            ttlHours?: number;
            /** Format: date-time */
            updateTime: string;
            version: string;
        };
        /** @description Why a cluster failed, or waits. */
        ClusterError: {
            /** @description A code as in Problem, or one that only another version of Hub has, which wrote it. */
            code: string;
            /** @enum {string} */
            fault: "user" | "operator" | "cloud" | "hub";
            message: string;
            remedy: string;
        };
        /** @description Newest first. */
        ClusterPage: {
            clusters: components["schemas"]["Cluster"][];
            nextPageToken?: string;
        };
        /** @description A condition of a cluster: whether it is met, and since when. */
        Condition: {
            message: string;
            /** Format: date-time */
            since: string;
            status: boolean;
            type: string;
        };
        /** @description What is left out is filled in with the defaults of the catalog. */
        CreateCluster: {
            /** @enum {string} */
            availability?: "zonal" | "regional";
            /** @enum {string} */
            isolation?: "dedicated" | "namespace";
            name: string;
            product?: string;
            region?: string;
            size?: string;
            ttlHours?: number;
            version?: string;
        };
        /** @description A message that was delivered several times without success, and then given up. */
        DeadLetter: {
            body: string;
            cluster?: string;
            deliveries: number;
            /** Format: date-time */
            diedAt: string;
            dismissed?: {
                /** Format: date-time */
                at: string;
                by: string;
                reason: string;
            };
            /** @enum {string} */
            format: "message" | "text";
            id: string;
            /** Format: date-time */
            publishedAt?: string;
            reason: string;
            replays: {
                /** Format: date-time */
                at: string;
                by: string;
                reason: string;
            }[];
            /** @enum {string} */
            state: "open" | "replayed" | "dismissed";
            topic: string;
        };
        /** @description Newest first. */
        DeadLetterPage: {
            deadLetters: components["schemas"]["DeadLetter"][];
            nextPageToken?: string;
        };
        /** @description What an operator declined, until the next request or limits. */
        DeclinedRequest: {
            /** Format: date-time */
            at: string;
            maxClusters: number;
            maxHourlyDollars?: number;
        };
        /** @description Why, for the audit log. Name nobody in it. */
        DeleteAccount: {
            reason: string;
        };
        /** @description Why it should go now. */
        DeleteOrphan: {
            reason: string;
        };
        /** @description Why nobody needs it any more. */
        Dismiss: {
            reason: string;
        };
        Event: {
            actor?: string;
            /** Format: date-time */
            at: string;
            cause: string;
            durationMs: number;
            epoch: number;
            error?: components["schemas"]["ClusterError"];
            /** @description A state as in Cluster, or one that only another version of Hub has, which wrote it. */
            from?: string;
            message: string;
            /** @description A state as in Cluster, or one that only another version of Hub has, which wrote it. */
            to: string;
        };
        /** @description Newest last. */
        EventPage: {
            events: components["schemas"]["Event"][];
            nextPageToken?: string;
        };
        /** @description It ends so many hours from now, however long it would have lived. */
        Extend: {
            ttlHours: number;
        };
        Health: {
            /** @constant */
            status: "ok";
        };
        /** @description https://www.rfc-editor.org/rfc/rfc7517#section-5 */
        Keys: {
            keys: {
                /** @constant */
                alg: "EdDSA";
                /** @constant */
                crv: "Ed25519";
                kid: string;
                /** @constant */
                kty: "OKP";
                /** @constant */
                use: "sig";
                x: string;
            }[];
        };
        /** @description What kubectl reads. */
        Kubeconfig: string;
        Me: {
            allowance: {
                clusters: number;
                hourlyPrice: components["schemas"]["Money"];
                maxClusters: number;
                maxHourlyPrice: components["schemas"]["Money"];
            };
            closing?: components["schemas"]["Closing"];
            declinedRequest?: components["schemas"]["DeclinedRequest"];
            email?: string;
            operator: boolean;
            quotaRequest?: components["schemas"]["QuotaRequest"];
            standing?: components["schemas"]["Standing"];
            uid: string;
        };
        Member: {
            email: string;
            /** Format: date-time */
            expiresAt?: string;
            /** @enum {string} */
            paying?: "pays" | "asked";
            pending: boolean;
            /** @enum {string} */
            role: "viewer" | "editor" | "owner";
            uid?: string;
        };
        /** @description By address. */
        MemberList: {
            members: components["schemas"]["Member"][];
        };
        Money: {
            about: boolean;
            amount: number;
            /** @constant */
            currency: "USD";
        };
        /** @description Something in the cloud that no cluster of Hub’s claims. */
        Orphan: {
            asked?: {
                /** Format: date-time */
                at: string;
                by: string;
                reason: string;
            };
            clusterId?: string;
            cost: components["schemas"]["Money"];
            /** Format: date-time */
            createdAt?: string;
            error?: components["schemas"]["ClusterError"];
            /** Format: date-time */
            foundAt: string;
            /** Format: date-time */
            goneAt?: string;
            hourlyPrice: components["schemas"]["Money"];
            key: string;
            kind: string;
            location: string;
            name: string;
            owner?: string;
            /** @enum {string} */
            state: "found" | "deleting" | "gone" | "unproven";
        };
        /** @description Newest first. */
        OrphanPage: {
            foundThisWeek: number;
            nextPageToken?: string;
            orphans: components["schemas"]["Orphan"][];
        };
        /** @description All that Hub holds of you. */
        OwnAccount: {
            allowance: {
                clusters: number;
                hourlyPrice: components["schemas"]["Money"];
                maxClusters: number;
                maxHourlyPrice: components["schemas"]["Money"];
            };
            closing?: components["schemas"]["Closing"];
            clusters: components["schemas"]["OwnCluster"][];
            declinedRequest?: components["schemas"]["DeclinedRequest"];
            deletedClusters: number;
            handOverHours: number;
            invitations: {
                cluster: string;
                /** @enum {string} */
                direction: "received" | "sent";
                email: string;
                /** Format: date-time */
                expireTime: string;
                /** @enum {string} */
                role: "viewer" | "editor" | "owner";
            }[];
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
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                by: "you" | "hub" | "somebody else";
                cluster?: string;
                reason?: string;
                target: string;
            }[];
            operator: boolean;
            profile: {
                /** Format: date-time */
                createTime?: string;
                displayName?: string;
                email?: string;
                emailVerified: boolean;
                /** Format: date-time */
                lastSignInTime?: string;
                phoneNumber?: string;
                photoUrl?: string;
                providers: string[];
            };
            quotaRequest?: components["schemas"]["QuotaRequest"];
            signals: {
                /** Format: date-time */
                at: string;
                cluster?: string;
                kind: string;
            }[];
            standing?: components["schemas"]["Standing"];
            uid: string;
        };
        OwnCluster: {
            /** Format: date-time */
            createTime: string;
            id: string;
            name: string;
            others: number;
            product: string;
            region: string;
            /** @enum {string} */
            role?: "viewer" | "editor" | "owner";
            size: string;
            /** @enum {string} */
            state: "queued" | "provisioning" | "installing" | "securing" | "exposing" | "warm" | "personalizing" | "ready" | "sharing" | "repairing" | "undoing" | "failed" | "deleting" | "deprovisioning" | "sweeping" | "deleted" | "stuck";
            /** @enum {string} */
            whenDeleted: "deleted" | "offered" | "left" | "forgotten";
        };
        /** @description What pachctl reads. */
        PachctlConfig: {
            v2: {
                active_context: string;
                contexts: {
                    [key: string]: {
                        [key: string]: string;
                    };
                };
                metrics: boolean;
            };
        };
        Parked: {
            /** Format: date-time */
            at: string;
            deadLetter: string;
            reason: string;
        };
        Pool: {
            /** @enum {string} */
            availability: "zonal" | "regional";
            id: string;
            /** @enum {string} */
            isolation: "dedicated" | "namespace";
            lastPlan?: {
                actions: {
                    /**
                     * @description What was decided, or one that only another version of Hub has, which wrote it.
                     * @example create
                     * @example delete
                     */
                    action: string;
                    cluster: string;
                    reason: string;
                }[];
                /** Format: date-time */
                at: string;
                held?: string;
                inTheMaking: number;
                warm: number;
            };
            maxLossesPerHour: number;
            maxLossPerDay: components["schemas"]["Money"];
            pause?: {
                /**
                 * @description What was lost, or one that only another version of Hub has, which wrote it.
                 * @example failures
                 * @example money
                 */
                reason: string;
                /** Format: date-time */
                untilAt: string;
            };
            product: string;
            region: string;
            size: string;
            version: string;
            wanted: number;
        };
        PoolList: {
            pools: components["schemas"]["Pool"][];
        };
        /** @description https://www.rfc-editor.org/rfc/rfc9457 */
        Problem: {
            /** @enum {string} */
            code: "INVALID_BODY" | "INVALID_ARGUMENT" | "INVALID_NAME" | "BODY_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "INVALID_PAGE_TOKEN" | "INVALID_IDEMPOTENCY_KEY" | "IDEMPOTENCY_KEY_REUSED" | "UNKNOWN_PRODUCT" | "UNKNOWN_VERSION" | "UNKNOWN_SIZE" | "UNKNOWN_REGION" | "UNSUPPORTED_ISOLATION" | "UNSUPPORTED_CREDENTIALS" | "UNAUTHENTICATED" | "TOKEN_EXPIRED" | "TOKEN_REVOKED" | "TOKEN_INVALID" | "OPERATOR_ONLY" | "OWNER_ONLY" | "EMAIL_NOT_VERIFIED" | "NOT_A_MEMBER" | "ACCOUNT_THROTTLED" | "ACCOUNT_SUSPENDED" | "OWNER_SUSPENDED" | "ACCOUNT_CLOSING" | "SIGN_IN_TOO_OLD" | "TOO_MANY_REQUESTS" | "SIGN_IN_OVER" | "NOT_FOUND" | "METHOD_NOT_ALLOWED" | "NOT_ACCEPTED_IN_STATE" | "NO_LIFETIME" | "LIFETIME_OVER" | "ENDS_LATER" | "OWNER_PAYS" | "NOT_AN_OWNER" | "NOT_OFFERED" | "TRANSFER_OTHERWISE" | "TRANSFER_NO_ROOM" | "LAST_OWNER" | "TOO_MANY_WAITING" | "TOO_MANY_TRIES" | "TOO_MANY_MEMBERS" | "ACCESS_NOT_READY" | "NOT_REPLAYABLE" | "REPLAY_REASON_USED" | "PREVIEW_REQUIRED" | "PREVIEW_CHANGED" | "CLUSTER_CHANGED" | "CONFLICT" | "ACCOUNT_QUOTA" | "ACCOUNT_BUDGET" | "SIZE_OVER_BUDGET" | "SIZE_OVER_CAPACITY" | "OWNER_HELD" | "CELL_FULL" | "CELL_BUSY" | "REGION_EXHAUSTED" | "CLOUD_QUOTA" | "ZONE_EXHAUSTED" | "CLUSTER_CREATE_FAILED" | "CLUSTER_VANISHED" | "NAME_TAKEN" | "CLUSTER_NEWER" | "INSTALL_FAILED" | "ORPHAN_UNPROVEN" | "LICENSE_MISSING" | "LOCK_FAILED" | "PRODUCT_REFUSED" | "STEP_TIMEOUT" | "PERMISSION_DENIED" | "DNS_ZONE_MISSING" | "CERTIFICATE_REFUSED" | "CERTIFICATE_LIMIT" | "CERTIFICATE_AUTHORITY_UNAVAILABLE" | "NO_ADDRESS" | "PROVIDER_UNAVAILABLE" | "OPERATION_IN_PROGRESS" | "CLOUD_BUSY" | "CLOUD_SETUP" | "LEAF_UNAVAILABLE" | "UNAVAILABLE" | "BUG";
            detail?: string;
            errors?: {
                field: string;
                message: string;
            }[];
            instance: string;
            remedy: string;
            status: number;
            title: string;
            type: string;
        };
        /** @description A new limit answers what the user asked for, and so does decline; with requestAt only if they have not asked for something else since. A throttled account makes nothing new; a suspended one may only look and delete. */
        PutAccount: {
            /** @constant */
            decline?: true;
            maxClusters?: number;
            maxHourlyDollars?: number;
            /** Format: date-time */
            requestAt?: string;
            standing?: {
                reason: string;
                /** @enum {string} */
                state: "good" | "throttled" | "suspended";
            };
        };
        /** @description A viewer can look, an editor can work, and an owner can also share it, hand it over and delete it. */
        PutMember: {
            /** @enum {string} */
            role: "viewer" | "editor" | "owner";
        };
        /** @description What is left out stays as it is; in a new pool it is filled in with the defaults of the catalog. */
        PutPool: {
            /** @enum {string} */
            availability?: "zonal" | "regional";
            maxLossDollarsPerDay?: number;
            maxLossesPerHour?: number;
            product?: string;
            region?: string;
            size?: string;
            version?: string;
            wanted: number;
        };
        /** @description How many clusters you would like to have at once, what they may cost per hour, and why. */
        PutQuotaRequest: {
            maxClusters?: number;
            maxHourlyDollars?: number;
            reason: string;
        };
        /** @description What somebody asks an operator for. */
        QuotaRequest: {
            /** Format: date-time */
            at: string;
            maxClusters: number;
            maxHourlyDollars?: number;
            reason: string;
        };
        /** @description What a cluster would cost and how long it would take. */
        Quote: {
            /** @enum {string} */
            availability: "zonal" | "regional";
            hourlyPrice: components["schemas"]["Money"];
            /** @enum {string} */
            isolation: "dedicated" | "namespace";
            product: string;
            region: string;
            room: {
                /** @enum {string} */
                code: "INVALID_BODY" | "INVALID_ARGUMENT" | "INVALID_NAME" | "BODY_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "INVALID_PAGE_TOKEN" | "INVALID_IDEMPOTENCY_KEY" | "IDEMPOTENCY_KEY_REUSED" | "UNKNOWN_PRODUCT" | "UNKNOWN_VERSION" | "UNKNOWN_SIZE" | "UNKNOWN_REGION" | "UNSUPPORTED_ISOLATION" | "UNSUPPORTED_CREDENTIALS" | "UNAUTHENTICATED" | "TOKEN_EXPIRED" | "TOKEN_REVOKED" | "TOKEN_INVALID" | "OPERATOR_ONLY" | "OWNER_ONLY" | "EMAIL_NOT_VERIFIED" | "NOT_A_MEMBER" | "ACCOUNT_THROTTLED" | "ACCOUNT_SUSPENDED" | "OWNER_SUSPENDED" | "ACCOUNT_CLOSING" | "SIGN_IN_TOO_OLD" | "TOO_MANY_REQUESTS" | "SIGN_IN_OVER" | "NOT_FOUND" | "METHOD_NOT_ALLOWED" | "NOT_ACCEPTED_IN_STATE" | "NO_LIFETIME" | "LIFETIME_OVER" | "ENDS_LATER" | "OWNER_PAYS" | "NOT_AN_OWNER" | "NOT_OFFERED" | "TRANSFER_OTHERWISE" | "TRANSFER_NO_ROOM" | "LAST_OWNER" | "TOO_MANY_WAITING" | "TOO_MANY_TRIES" | "TOO_MANY_MEMBERS" | "ACCESS_NOT_READY" | "NOT_REPLAYABLE" | "REPLAY_REASON_USED" | "PREVIEW_REQUIRED" | "PREVIEW_CHANGED" | "CLUSTER_CHANGED" | "CONFLICT" | "ACCOUNT_QUOTA" | "ACCOUNT_BUDGET" | "SIZE_OVER_BUDGET" | "SIZE_OVER_CAPACITY" | "OWNER_HELD" | "CELL_FULL" | "CELL_BUSY" | "REGION_EXHAUSTED" | "CLOUD_QUOTA" | "ZONE_EXHAUSTED" | "CLUSTER_CREATE_FAILED" | "CLUSTER_VANISHED" | "NAME_TAKEN" | "CLUSTER_NEWER" | "INSTALL_FAILED" | "ORPHAN_UNPROVEN" | "LICENSE_MISSING" | "LOCK_FAILED" | "PRODUCT_REFUSED" | "STEP_TIMEOUT" | "PERMISSION_DENIED" | "DNS_ZONE_MISSING" | "CERTIFICATE_REFUSED" | "CERTIFICATE_LIMIT" | "CERTIFICATE_AUTHORITY_UNAVAILABLE" | "NO_ADDRESS" | "PROVIDER_UNAVAILABLE" | "OPERATION_IN_PROGRESS" | "CLOUD_BUSY" | "CLOUD_SETUP" | "LEAF_UNAVAILABLE" | "UNAVAILABLE" | "BUG";
                /** @enum {string} */
                fault: "user" | "operator" | "cloud" | "hub";
                message: string;
                remedy: string;
            } | null;
            size: string;
            version: string;
            wait: {
                /** @enum {string} */
                basis: "spare" | "observed" | "typical";
                expectedMs: number | null;
                samples?: number;
            };
        };
        /** @description Why it should work this time. */
        Replay: {
            reason: string;
        };
        /** @description How an account is restricted, why, and since when. */
        Standing: {
            reason: string;
            /** Format: date-time */
            since: string;
            /**
             * @description What it is, or one that only another version of Hub has, which wrote it.
             * @example throttled
             * @example suspended
             */
            state: string;
        };
        Status: {
            components: {
                access: {
                    /** @description What it means to people. */
                    message: string;
                    /** Format: date-time */
                    since: string;
                    /** @enum {string} */
                    status: "operational" | "degraded" | "down";
                };
                creating: {
                    /** @description What it means to people. */
                    message: string;
                    /** Format: date-time */
                    since: string;
                    /** @enum {string} */
                    status: "operational" | "degraded" | "down";
                };
                deleting: {
                    /** @description What it means to people. */
                    message: string;
                    /** Format: date-time */
                    since: string;
                    /** @enum {string} */
                    status: "operational" | "degraded" | "down";
                };
                pools: {
                    /** @description What it means to people. */
                    message: string;
                    /** Format: date-time */
                    since: string;
                    /** @enum {string} */
                    status: "operational" | "degraded" | "down";
                };
                sweeps: {
                    /** @description What it means to people. */
                    message: string;
                    /** Format: date-time */
                    since: string;
                    /** @enum {string} */
                    status: "operational" | "degraded" | "down";
                };
            };
            deadLetters: number;
            orphans: number;
            overdueSeconds: number;
            /** @description From the request until ready, over the last hours; null if none became ready. */
            readySeconds: {
                p50: number;
                p95: number;
            } | null;
            /** @description How people get in, and whether anybody may make an account. */
            signIn?: {
                open: boolean;
                ways: string[];
            };
            /** @enum {string} */
            status: "operational" | "degraded" | "down";
            stuck: number;
            /**
             * Format: date-time
             * @description When any of it last changed.
             */
            updateTime: string;
        };
        /** @description The e-mail of the owner you offer it to. Your own address accepts an offer made to you; while whoever pays is deleting their account, it takes the cluster over without one. If you pay for the cluster, it withdraws your offer. Say with action which of these you mean: if it would be another, nothing is done. Only with the action decline does your own address refuse an offer made to you. */
        Transfer: {
            /** @enum {string} */
            action?: "offer" | "accept" | "withdraw" | "decline";
            email: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnAccount"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnAccount"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description SIGN_IN_TOO_OLD: You signed in too long ago for this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PREVIEW_CHANGED: What would be deleted has changed since you looked at it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description PREVIEW_REQUIRED: You must first look at what would be deleted. */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                pageSize?: number;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. ACCOUNT_CLOSING: The account is being deleted. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                actor?: string;
                cluster?: string;
                pageSize?: number;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CellList"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                account?: string;
                pageSize?: number;
                pageToken?: string;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                pageSize?: number;
                pageToken?: string;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_REPLAYABLE: This dead letter cannot be replayed. REPLAY_REASON_USED: This dead letter was already replayed for that reason. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                pageSize?: number;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrphanPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Orphan"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ORPHAN_UNPROVEN: Nothing proves that this belongs to Hub, so Hub does not delete it. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                pageSize?: number;
                pageToken?: string;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. INVALID_NAME: The name is not valid. INVALID_IDEMPOTENCY_KEY: The Idempotency-Key is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description EMAIL_NOT_VERIFIED: Your e-mail address is not verified. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_THROTTLED: Your account cannot create anything new for now. ACCOUNT_SUSPENDED: Your account is suspended. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_WAITING: Too many of your clusters wait for room already. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNKNOWN_PRODUCT: There is no such product. UNKNOWN_VERSION: The product has no such version. UNKNOWN_SIZE: There is no such size. UNKNOWN_REGION: Hub has no such region. UNSUPPORTED_ISOLATION: Clusters in a shared namespace are not offered yet. SIZE_OVER_BUDGET: This size costs more per hour than your account allows. SIZE_OVER_CAPACITY: This size costs more per hour than this whole Hub may spend. IDEMPOTENCY_KEY_REUSED: This Idempotency-Key was already used with another body. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                "If-Match"?: string;
            };
            path: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_THROTTLED: Your account cannot create anything new for now. ACCOUNT_SUSPENDED: Your account is suspended. OWNER_HELD: The account of the cluster’s owner cannot create anything new for now. OWNER_SUSPENDED: The account of the cluster’s owner is suspended, so nobody may use the cluster for now. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NO_LIFETIME: The cluster has no lifetime that could be extended. LIFETIME_OVER: The cluster is being deleted, so its lifetime can no longer be extended. ENDS_LATER: The cluster already lives longer than that. NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_THROTTLED: Your account cannot create anything new for now. ACCOUNT_SUSPENDED: Your account is suspended. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_TRIES: This cluster was tried again too often. TOO_MANY_WAITING: Too many of your clusters wait for room already. NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                "If-Match"?: string;
            };
            path: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_THROTTLED: Your account cannot create anything new for now. ACCOUNT_SUSPENDED: Your account is suspended. OWNER_HELD: The account of the cluster’s owner cannot create anything new for now. OWNER_SUSPENDED: The account of the cluster’s owner is suspended, so nobody may use the cluster for now. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_AN_OWNER: Only an owner of the cluster can pay for it. NOT_OFFERED: The person who pays for this cluster has not offered it to you. TRANSFER_OTHERWISE: This would not do what you mean, so nothing was done. TRANSFER_NO_ROOM: They cannot pay for the cluster: their account has no room for it at the moment. NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CleanUp"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                kind: "kubeconfig" | "pachctl";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_SUSPENDED: Your account is suspended. OWNER_SUSPENDED: The account of the cluster’s owner is suspended, so nobody may use the cluster for now. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. ACCESS_NOT_READY: Your access to this cluster is being set up. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_CREDENTIALS: The application in this cluster has no credentials of this kind. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description LEAF_UNAVAILABLE: The cluster does not answer at the moment. PRODUCT_REFUSED: The application in the cluster refused a request from Hub. CLUSTER_VANISHED: The cluster is not in the cloud any more, though Hub did not delete it. PROVIDER_UNAVAILABLE: The cloud does not answer at the moment. PERMISSION_DENIED: Hub is not allowed to do this in its cloud account. UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                pageSize?: number;
                pageToken?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_PAGE_TOKEN: The page token is not one of yours for this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberList"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                "If-Match"?: string;
            };
            path: {
                email: string;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. ACCOUNT_CLOSING: The account is being deleted. ACCOUNT_SUSPENDED: Your account is suspended. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_PAYS: This owner pays for the cluster and must stay an owner while it exists. LAST_OWNER: A cluster must have at least one owner. TOO_MANY_MEMBERS: The cluster has reached its limit of members and invitations. NOT_ACCEPTED_IN_STATE: The cluster does not accept this in its current state. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                "If-Match"?: string;
            };
            path: {
                email: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted: the rest happens automatically. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_ONLY: Only an owner of the cluster may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OWNER_PAYS: This owner pays for the cluster and must stay an owner while it exists. LAST_OWNER: A cluster must have at least one owner. CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CLUSTER_CHANGED: What is asked of the cluster was changed since you looked at it. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Keys"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description EMAIL_NOT_VERIFIED: Your e-mail address is not verified. ACCOUNT_CLOSING: The account is being deleted. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description ACCOUNT_CLOSING: The account is being deleted. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolList"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pool"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pool"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. INVALID_BODY: The body is not valid JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description OPERATOR_ONLY: Only operators may do this. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description NOT_FOUND: This does not exist, or it is not yours. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description CONFLICT: Somebody else changed it at the same moment. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BODY_TOO_LARGE: The body is larger than 32 KB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNSUPPORTED_MEDIA_TYPE: The body is not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNKNOWN_PRODUCT: There is no such product. UNKNOWN_VERSION: The product has no such version. UNKNOWN_SIZE: There is no such size. UNKNOWN_REGION: Hub has no such region. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                availability?: "zonal" | "regional";
                isolation?: "dedicated" | "namespace";
                product?: string;
                region?: string;
                size?: string;
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quote"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOKEN_EXPIRED: Your sign-in has expired. TOKEN_REVOKED: Your sign-in was revoked. TOKEN_INVALID: The ID token is not valid for this service. UNAUTHENTICATED: You are not signed in. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNKNOWN_PRODUCT: There is no such product. UNKNOWN_VERSION: The product has no such version. UNKNOWN_SIZE: There is no such size. UNKNOWN_REGION: Hub has no such region. UNSUPPORTED_ISOLATION: Clusters in a shared namespace are not offered yet. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
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
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description INVALID_ARGUMENT: A field of the request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description TOO_MANY_REQUESTS: Too many requests. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description BUG: Something went wrong in Hub. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description UNAVAILABLE: Hub cannot do this at the moment. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
