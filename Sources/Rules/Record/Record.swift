import DockerModel

/// What is known of one deployment, from the claim of its drop to its verdict: the answer that berth gives.
///
/// It is saved before each phase acts, so that a record without a verdict tells how far an interrupted deployment came.
/// No secret is in it.
package struct Record: Equatable, Sendable, Codable {
    package let app: AppName
    /// Counts an app's drops, from 1.
    package let number: Int
    package var request: String?
    package var verdict: Verdict?
    /// Why the verdict is what it is, in a word for scripts.
    package var cause: Cause?
    /// The same for a person: what is wrong with what, and what to try.
    package var reason: String?
    /// What to try, once more by itself.
    package var hint: String?
    /// When the drop was claimed.
    package let received: Timestamp
    /// When the deployment began; nil for a drop that never got its turn.
    package var started: Timestamp?
    package var ended: Timestamp?
    package var variables: [String: String] = [:]
    /// What the drop asked of berth itself.
    package var directives = Directives()
    /// What the release's images are, known once they are pulled.
    package var services: [ServiceName: Service] = [:]
    /// The Compose file as it was, without the values of its variables; known once the checks have passed.
    package var compose: ComposeFile?
    /// The phases so far, in order; the last of an unfinished record is the one under way.
    package var phases: [PhaseTime] = []
    /// The release's own steps that were started.
    package var steps: [StepResult] = []
    /// The deployment whose release was put back, or is asked for.
    package var rolledBackTo: Int?
    /// What runs now, as the Engine says, once the deployment has ended.
    package var running: [ServiceName: ImageID]?
    /// What the Engine says of the containers that decided a verdict that is not `deployed`.
    package var evidence: [Evidence] = []

    package init(app: AppName, number: Int, received: Timestamp) {
        self.app = app
        self.number = number
        self.received = received
    }

    /// One service of a release: which image it is, and which commit that image was built from.
    package struct Service: Equatable, Sendable, Codable {
        /// The image as the Compose file names it, with the release's variables.
        package let image: ImageReference
        package let imageID: ImageID
        /// The registry's digest of the image (`repository@sha256:…`); nil for an image that no registry knows.
        package let digest: String?
        /// `org.opencontainers.image.source`.
        package let source: String?
        /// `org.opencontainers.image.revision`.
        package let revision: String?

        package init(image: ImageReference, imageID: ImageID, digest: String?, source: String?, revision: String?) {
            self.image = image
            self.imageID = imageID
            self.digest = digest
            self.source = source
            self.revision = revision
        }
    }

    /// A stored Compose file.
    package struct ComposeFile: Equatable, Sendable, Codable {
        package let file: String
        /// In lower-case hexadecimal.
        package let sha256: String

        package init(file: String, sha256: String) {
            self.file = file
            self.sha256 = sha256
        }
    }

    /// A step that was started.
    package struct StepResult: Equatable, Sendable, Codable {
        package let name: String
        package let when: Policy.Step.Moment
        /// Nil while it runs, and where berth could not see how it ended.
        package var exitCode: Int?
        package var seconds: Double?

        package init(name: String, when: Policy.Step.Moment, exitCode: Int? = nil, seconds: Double? = nil) {
            self.name = name
            self.when = when
            self.exitCode = exitCode
            self.seconds = seconds
        }
    }

    /// A phase and how long it took.
    package struct PhaseTime: Equatable, Sendable, Codable {
        package let name: Phase
        /// Nil while the phase is under way, and for ever in one that was interrupted.
        package var seconds: Double?

        package init(name: Phase, seconds: Double? = nil) {
            self.name = name
            self.seconds = seconds
        }
    }

    /// The phase that an interrupted deployment was left in; nil if it never began.
    ///
    /// One that was resumed checks again, and has come no less far for that.
    package var leftIn: Phase? {
        let names = phases.map(\.name)
        return names.last { $0.rule.crash == .resume } ?? names.last
    }

    /// The release's images, by service.
    package var images: [ServiceName: ImageID] { services.mapValues(\.imageID) }

    /// Why the release cannot stay, as it was noted before a rollback began.
    package var failure: Failure {
        let ending = hint.map { "; " + $0 } ?? ""
        let reason = reason ?? ""
        let sentence = reason.hasSuffix(ending) ? String(reason.dropLast(ending.count)) : reason
        return Failure(cause ?? .unexpected, "", sentence, hint: hint, evidence: evidence)
    }
}
