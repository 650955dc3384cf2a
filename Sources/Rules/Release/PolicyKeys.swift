/// A key of `x-berth`, as the manual tells of it. What it takes is decoded in `Policy.swift`.
package protocol PolicyKey: CodingKey, CaseIterable, RawRepresentable<String>, Sendable {
    var help: String { get }
    /// What holds if the key is left out: a value in backquotes, or words; nil if it must be there.
    var otherwise: String? { get }
}

extension Policy {
    /// The keys of `x-berth` itself.
    package enum Key: String, PolicyKey {
        case health, steps, files, rollback

        package var help: String {
            switch self {
            case .health: "When the release is healthy."
            case .steps: "Commands around the switch, in their order."
            case .files:
                """
                Paths in the app's folder that belong to the release, beside what its services mount read-only. With `!` before \
                it, a path does not belong to it. A rollback puts the files of a release back.
                """
            case .rollback:
                """
                `never`: if this release is not healthy it stays, and older code must not start again after it, until a newer \
                release is deployed. `auto`: berth goes back by itself.
                """
            }
        }

        package var otherwise: String? {
            switch self {
            case .health: "the keys below have their defaults"
            case .steps, .files: "none"
            case .rollback: "`auto`"
            }
        }
    }

    package enum HealthKey: String, PolicyKey {
        case timeout, stable, restarts, failFast, observe

        package var help: String {
            switch self {
            case .timeout: "How long after `up` the whole app must be ready: a duration."
            case .stable: "How long a container must run that has no healthcheck, or was restarted: a duration."
            case .restarts: "How many restarts since the switch a container may have: a number from 0 to 1000."
            case .failFast:
                "Whether the first container that fails ends the gate; with `false`, only the deadline does."
            case .observe: "How long the whole app must stay ready: a duration."
            }
        }

        package var otherwise: String? {
            switch self {
            case .timeout: "what each healthcheck allows by itself"
            case .stable: "`10s`"
            case .restarts: "`3`"
            case .failFast: "`true`"
            case .observe: "`0s`"
            }
        }
    }

    package enum StepKey: String, PolicyKey {
        case name, service, command, when
        case place = "in"
        case input, output, timeout

        package var help: String {
            switch self {
            case .name: "The step's own name, which no other step has."
            case .service: "The service of the Compose file in which it runs."
            case .command: "The program and its arguments, as a list. No shell reads them."
            case .when:
                """
                `before`: before the switch; if it fails, the drop ends as `failed`, and berth has touched nothing that runs. \
                `after`: after the gate; if it fails, berth goes back.
                """
            case .place:
                """
                `new`: in a container of its own from the new image (`docker compose run --rm`). `running`: in what runs \
                now (`docker compose exec`), which before the switch is the release that it replaces.
                """
            case .input: "The name of an earlier step, whose backup is the standard input."
            case .output: "The backup that the standard output becomes; its keys are below."
            case .timeout: "How long it may take: a duration."
            }
        }

        package var otherwise: String? {
            switch self {
            case .name, .service, .command, .when: nil
            case .place: "`new` before, `running` after"
            case .input: "empty"
            case .output: "to the journal"
            case .timeout: "`10m`"
            }
        }
    }

    package enum OutputKey: String, PolicyKey {
        case file, keep, atLeast

        package var help: String {
            switch self {
            case .file:
                """
                The name of the file, with up to 100 letters, digits, `.`, `_` and `-`. It stands in the app's `backups` folder, \
                after the number of the deployment: `12-shop.dump`.
                """
            case .keep:
                """
                How many of these files stay, besides those of the releases in the app's `keep`: a number from 1 to 1000.
                """
            case .atLeast: "A smaller file counts as failed: a size, such as `512B`, `1KiB` or `20MB`."
            }
        }

        package var otherwise: String? {
            switch self {
            case .file: nil
            case .keep: "`5`"
            case .atLeast: "`1B`"
            }
        }
    }
}
