import DockerModel

/// Everything about one deployment, from the claim of its drop to its verdict.
///
/// It is saved before each phase acts, so a record without a verdict shows how far an interrupted deployment got. It
/// contains no secrets.
package struct Record: Equatable, Sendable, Codable {
    /// The numbers that a deployment can have; no app has a billion drops.
    package static let numbers = 1...999_999_999

    package let app: AppName
    /// Counts an app's drops, from 1.
    package let number: Int
    package var request: String?
    /// Who dropped it: the owner of the drop's file, and before it the person whom the drop names, as in `alice (deploy)`;
    /// nil in the records of older versions of berth.
    package var by: String?
    package var verdict: Verdict?
    /// The reason for the verdict, as a word for scripts.
    package var cause: Cause?
    /// The reason for people: subject, problem, and what to try.
    package var reason: String?
    /// What to try, which is also part of the reason.
    package var hint: String?
    /// When the drop was claimed.
    package let received: Timestamp
    /// When the deployment began; nil if the drop never got its turn.
    package var started: Timestamp?
    package var ended: Timestamp?
    package var variables: [String: String] = [:]
    /// What the drop asked of berth itself.
    package var directives = Directives()
    /// The release's images, known once they are pulled.
    package var services: [ServiceName: Service] = [:]
    /// The images that it uses beside those of its services; nil in the records of older versions of berth.
    package var images: [ImageUse: Service]?
    /// What the deployment ran on; nil until it is known.
    package var docker: DockerVersions?
    /// The stored Compose file, without the values of its variables; known once the checks have passed.
    package var compose: ComposeFile?
    /// The Compose project.
    package var project: ProjectName?
    /// The release's ``ReleaseDigest``, by which berth knows a bad release again.
    package var releaseDigest: String?
    /// The stored files of the release; nil if it has none, or the checks have not passed.
    package var files: Files?
    /// The phases so far, in order; in an unfinished record, the last one is under way.
    package var phases: [PhaseTime] = []
    /// How many agents have resumed it since it began a new phase; nil if none has. An agent that ends in good order
    /// does not count.
    package var resumed: Int?
    /// The steps that were started.
    package var steps: [StepResult] = []
    /// The deployment whose release was restored or requested.
    package var rolledBackTo: Int?
    /// The files in the app's folder that going back to that release has put back or removed; nil if there were none.
    package var filesPutBack: [ReleasePath]?
    /// The running images at the end of the deployment, according to the Engine.
    package var running: [ServiceName: ImageID]?
    /// The Engine's facts about the failing containers.
    package var evidence: [Evidence] = []

    package init(app: AppName, number: Int, received: Timestamp) {
        self.app = app
        self.number = number
        self.received = received
    }

    /// One image of a release, and the commit that it was built from.
    package struct Service: Equatable, Sendable, Codable {
        /// The image's name in the Compose file, with the release's variables.
        package let image: ImageReference
        package let imageID: ImageID
        /// The registry's digest of the image (`repository@sha256:…`); nil if no registry has the image.
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

    /// The stored files of a release: a tar archive in the app's state folder.
    package struct Files: Equatable, Sendable, Codable {
        package let file: String
        /// Of the list of paths, modes and contents; see ``Snapshot/digest``.
        package let sha256: String
        /// The files and folders that belong to the release.
        package let paths: [ReleasePath]

        package init(file: String, sha256: String, paths: [ReleasePath]) {
            self.file = file
            self.sha256 = sha256
            self.paths = paths
        }
    }

    /// A step that was started.
    package struct StepResult: Equatable, Sendable, Codable {
        package let name: String
        package let when: Policy.Step.Moment
        /// Nil while it runs, and if berth could not see how it ended.
        package var exitCode: Int?
        package var seconds: Double?
        /// The step whose backup it read.
        package var input: String?
        /// The backup that it wrote.
        package var output: Backup?

        package init(name: String, when: Policy.Step.Moment, exitCode: Int? = nil, seconds: Double? = nil) {
            self.name = name
            self.when = when
            self.exitCode = exitCode
            self.seconds = seconds
        }
    }

    /// A file with what a step wrote to its standard output.
    package struct Backup: Equatable, Sendable, Codable {
        package let file: String
        /// In bytes; nil unless the file is whole.
        package let size: Int64?
        /// In lower-case hexadecimal; nil unless the file is whole.
        package let sha256: String?

        package init(file: String, size: Int64? = nil, sha256: String? = nil) {
            self.file = file
            self.size = size
            self.sha256 = sha256
        }
    }

    /// A phase and how long it took.
    package struct PhaseTime: Equatable, Sendable, Codable {
        package let name: Phase
        /// Nil while the phase is under way, and in a phase that was interrupted.
        package var seconds: Double?
        /// What Compose was not asked again, because all that it depends on is the same; nil for nothing.
        package var remembered: [Remembered]?

        package init(name: Phase, seconds: Double? = nil) {
            self.name = name
            self.seconds = seconds
        }
    }

    /// What a check may know from an earlier one.
    package enum Remembered: String, Comparable, Sendable, Codable {
        /// Compose's own version.
        case version
        /// The model before variables are put in, and that the Compose file may be stored as it is.
        case template
        /// How the release in the folder renders.
        case rendering
        /// How the last good release renders.
        case wayBack

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// The phase in which an interrupted deployment was left; nil if it never began.
    ///
    /// A resumed deployment runs its checks again; those do not count.
    package var leftIn: Phase? {
        let names = phases.map(\.name)
        return names.last { $0.rule.crash == .resume } ?? names.last
    }

    /// How many agents have started since it began a new phase, if one starts now.
    package var starts: Int { (resumed ?? 0).bounded(to: 0...1000) + 1 }

    /// All images of the release.
    package var release: [ImageUse: Service] {
        get {
            let own = services.map { (ImageUse($0.key), $0.value) }
            return Dictionary(own) { one, _ in one }.merging(images ?? [:]) { one, _ in one }
        }
        set {
            let own = newValue.filter(\.key.isService).map { ($0.key.service, $0.value) }
            services = Dictionary(own) { one, _ in one }
            images = newValue.filter { !$0.key.isService }
        }
    }

    package var imageIDs: [ImageUse: ImageID] { release.mapValues(\.imageID) }

    /// What a release is made of beside its images, as one digest; nil if its Compose file is not known.
    package static func digest(compose: String?, files: String?) -> String? {
        guard let compose, let files else { return compose }
        return SHA256.hex(Array((compose + files).utf8))
    }

    /// Why the release cannot stay, as noted before a rollback.
    package var failure: Failure {
        let ending = hint.map { "; " + $0 } ?? ""
        let reason = reason ?? ""
        let sentence = reason.hasSuffix(ending) ? String(reason.dropLast(ending.count)) : reason
        return Failure(cause ?? .unexpected, "", sentence, hint: hint, evidence: evidence)
    }

    /// What a release that does not stay leaves behind: the steps before the switch that berth cannot undo, and the
    /// backups from before them; nil if no such step was started.
    package var notUndone: String? {
        let before = steps.filter { $0.when == .before }
        let names = before.filter { $0.input == nil && $0.output == nil }.map(\.name)
        guard let last = names.last else { return nil }
        let subject = names.count == 1 ? "step \(last) was" : "steps \(names.joined(separator: ", ")) were"
        let backups = before.compactMap(\.output).filter { $0.sha256 != nil }.map(\.file)
        return "\(subject) not undone" + (backups.isEmpty ? "" : " (backup: \(backups.joined(separator: ", ")))")
    }
}
