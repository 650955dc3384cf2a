import DockerModel

/// How what runs, and what is in the app's folder, differs from the last good release. berth tells it and repairs nothing.
package struct Drift: Equatable, Sendable {
    package struct Difference: Equatable, Sendable, Encodable {
        package enum Kind: String, Sendable, Encodable, CaseIterable {
            /// A service runs another image, or a service of the release does not run, or one runs that is none of it.
            case image, stopped, unknown
            /// A container was made from a Compose file other than one that berth has stored.
            case byHand
            /// The folder has another Compose file, or another file of the release.
            case composeFile, file
        }

        package let kind: Kind
        /// A service, or a path in the app's folder.
        package let subject: String
        package let text: String
    }

    /// A running container, other than one that was made for one command.
    package struct Container: Equatable, Sendable {
        package let service: ServiceName
        package let imageID: ImageID
        /// The file from which Compose made it.
        package let composeFile: String?

        package init(service: ServiceName, imageID: ImageID, composeFile: String?) {
            self.service = service
            self.imageID = imageID
            self.composeFile = composeFile
        }
    }

    package let differences: [Difference]

    /// Whether what runs differs, and not only what was delivered since.
    package var concernsRunning: Bool { differences.contains { $0.kind != .composeFile && $0.kind != .file } }

    package var sentence: String { differences.map(\.text).joined(separator: ", ") }

    /// - Parameters:
    ///   - good: the record of the last good release.
    ///   - running: the app's containers that run.
    ///   - composeFolder: in which berth stores the app's Compose files.
    ///   - compose: the SHA-256 of the Compose file that is delivered now; nil if it is not known.
    ///   - files: the files of the release that differ in the app's folder.
    package init(
        from good: Record,
        running: [Container],
        composeFolder: String,
        compose: String?,
        files: [ReleasePath]
    ) {
        let byService = Dictionary(grouping: running, by: \.service)
        var differences: [Difference] = []
        for (service, containers) in byService.sorted(by: { $0.key < $1.key }) {
            differences += Self.differences(of: service, containers, good, composeFolder)
        }
        for service in (good.running ?? [:]).keys.sorted() where byService[service] == nil {
            differences.append(Difference(kind: .stopped, subject: "\(service)", text: "\(service) does not run"))
        }
        if let compose, let stored = good.compose?.sha256, compose != stored {
            differences.append(
                Difference(kind: .composeFile, subject: "the Compose file", text: "the Compose file differs")
            )
        }
        differences += files.map { path in
            Difference(kind: .file, subject: "\(path)", text: "\(path) differs")
        }
        self.differences = differences
    }

    private static func differences(
        of service: ServiceName,
        _ containers: [Container],
        _ good: Record,
        _ composeFolder: String
    ) -> [Difference] {
        guard let image = good.services[service]?.imageID else {
            return [Difference(kind: .unknown, subject: "\(service)", text: "\(service) runs and is not part of it")]
        }
        var differences: [Difference] = []
        if let other = containers.first(where: { $0.imageID != image }) {
            let text = "\(service) runs image \(other.imageID), not \(image)"
            differences.append(Difference(kind: .image, subject: "\(service)", text: text))
        }
        if let other = containers.compactMap(\.composeFile).first(where: { !$0.hasPrefix(composeFolder + "/") }) {
            let text = "\(service) was made by hand from \(other)"
            differences.append(Difference(kind: .byHand, subject: "\(service)", text: text))
        }
        return differences
    }
}
