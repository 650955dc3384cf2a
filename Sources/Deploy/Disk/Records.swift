import Docker
import DockerModel
import FoundationEssentials
import Linux
import Rules

/// What the host knows of one app's deployments.
struct Records: Sendable {
    /// Ascending.
    let all: [Record]
    /// Whether each of them could be read.
    let isComplete: Bool
}

extension Inventory.App {
    /// What an app's records say of the images that it needs.
    ///
    /// - Parameter settings: nil for one that the host's file does not name; all that is good of it is kept, since nobody knows
    ///   what the file said of it, or will say.
    init(_ name: AppName, _ records: Records, _ settings: AppSettings?) {
        let kept = Releases(records.all).kept(settings?.keep ?? .max)
        self.init(
            name: "\(name)",
            releases: records.all.map { record in
                Inventory.Release(
                    number: record.number,
                    images: Set(record.images.values.map(\.rawValue)),
                    standing: record.verdict == nil ? .underWay : kept.contains(record.number) ? .kept : .superseded,
                    received: .seconds(record.received.timeIntervalSince1970)
                )
            },
            isComplete: records.isComplete
        )
    }
}
