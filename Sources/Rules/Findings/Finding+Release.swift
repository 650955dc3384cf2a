import DockerModel

/// A service of the release in an app's folder, as far as the host knows its image.
package struct ServiceFacts: Sendable {
    package let name: ServiceName
    package let publishesPorts: Bool
    package let hasHealthcheck: Bool
    package let image: ImageReference
    /// Nil if the image is not on the host.
    package let local: Local?

    package struct Local: Sendable {
        package let hasHealthcheck: Bool
        /// As Go names it; nil if the image does not say.
        package let architecture: String?

        package init(hasHealthcheck: Bool, architecture: String?) {
            self.hasHealthcheck = hasHealthcheck
            self.architecture = architecture
        }
    }

    package init(
        name: ServiceName,
        publishesPorts: Bool,
        hasHealthcheck: Bool,
        image: ImageReference,
        local: Local?
    ) {
        self.name = name
        self.publishesPorts = publishesPorts
        self.hasHealthcheck = hasHealthcheck
        self.image = image
        self.local = local
    }
}

extension Finding {
    /// What the gate cannot see, and what cannot run here.
    ///
    /// - Parameter architecture: the host's; nil if the Engine does not say.
    package static func services(of app: AppName, _ services: [ServiceFacts], on architecture: String?) -> [Finding] {
        services.flatMap { service in
            var findings: [Finding] = []
            if service.publishesPorts, !service.hasHealthcheck, service.local?.hasHealthcheck == false {
                findings.append(
                    Finding(
                        .warning,
                        .services,
                        app,
                        "service \(service.name)",
                        "publishes a port and has no healthcheck: a release in which it runs and answers nothing is deployed",
                        try: "give it a healthcheck in the Compose file"
                    )
                )
            }
            if let architecture, let other = service.local?.architecture, other != architecture {
                findings.append(
                    Finding(
                        .warning,
                        .services,
                        app,
                        "image \(service.image) of service \(service.name)",
                        "is for \(other), and this host is \(architecture)",
                        try: "build it for linux/\(architecture) too"
                    )
                )
            }
            return findings
        }
    }

    /// What the records tell of the way back.
    ///
    /// - Parameter hold: why the app is held.
    package static func history(of app: AppName, _ history: History, hold: String?) -> [Finding] {
        var findings: [Finding] = []
        if let hold {
            let hint = "berth resume \(app)"
            findings.append(Finding(.note, .wayBack, app, "\(app)", "is held, and refuses drops: \(hold)", try: hint))
        }
        if !history.isComplete {
            let numbers = history.unreadable.sorted().map { "#\($0)" }.joined(separator: ", ")
            findings.append(
                Finding(
                    .error,
                    .wayBack,
                    app,
                    history.unreadable.count == 1 ? "the record of \(numbers)" : "the records of \(numbers)",
                    "cannot be read, so no image of the app is removed",
                    try: "see berth history \(app); repair or remove each in /var/lib/berth/\(app)/deployments"
                )
            )
        }
        if history.entries.isEmpty, history.isComplete {
            findings.append(
                Finding(.note, .wayBack, app, "\(app)", "was never deployed by berth", try: "send its first drop")
            )
        } else if history.lastGood == nil {
            findings.append(
                Finding(
                    .warning,
                    .wayBack,
                    app,
                    "\(app)",
                    "has no good release on record, so a bad one would stay",
                    try: "see berth history \(app)"
                )
            )
        } else if let barrier = history.lastGood.flatMap({ history.barrier(after: $0) }) {
            findings.append(
                Finding(
                    .warning,
                    .wayBack,
                    app,
                    barrier.subject,
                    "\(barrier.problem), so a bad release would stay",
                    try: barrier.hint
                )
            )
        }
        return findings
    }

    /// Why a drop of what is in the folder would be refused, or has no way back.
    ///
    /// - Parameter isFirst: whether it is not known what variables a drop has.
    package static func refusal(
        of app: AppName,
        _ failure: Failure,
        isFirst: Bool = false,
        seenBy viewer: Viewer
    ) -> Finding {
        let subject = "what a drop would do"
        if isFirst, failure.cause == .composeInvalid {
            let problem = "is not known before the first one, whose variables may be missing: \(failure.sentence)"
            return Finding(.note, .unseen, app, subject, problem, try: "berth plan \(app) FILE")
        }
        if viewer == .person, failure.cause.isOfRights {
            let hint = "run berth check with sudo"
            return Finding(.note, .unseen, app, subject, "is not known: \(failure.sentence)", try: hint)
        }
        let severity: Severity = failure.cause == .releaseUnknown ? .warning : .error
        return Finding(severity, failure.cause.area, of: app, failure)
    }
}

extension Cause {
    /// Whether it may only be that this person may not read something.
    fileprivate var isOfRights: Bool {
        switch self {
        case .stateUnreadable, .folderUnreadable, .envUnreadable, .composeFileUnreadable: true
        default: false
        }
    }

    fileprivate var area: Finding.Area {
        switch self {
        case .wayBackMissing, .releaseUnknown, .recordUnreadable, .imageMissing: .wayBack
        case .engineUnreachable, .engineTooOld, .engineFailed, .composeTooOld, .commandFailed, .commandNotStarted:
            .docker
        case .noRoom, .usageUnreadable: .disk
        default: .folder
        }
    }
}
