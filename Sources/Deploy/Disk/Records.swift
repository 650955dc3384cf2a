import Docker
import FoundationEssentials

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
    /// - Parameters:
    ///   - settings: nil for one that berth no longer deploys: nobody prepares anything of it.
    ///   - own: the deployment that asks, which knows itself what it needs.
    init(_ name: AppName, _ records: Records, _ settings: AppSettings?, own: Int? = nil) {
        let kept = Releases(records.all).kept(settings?.keep ?? AppSettings.defaultKeep)
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
            isComplete: records.isComplete,
            isPreparing: settings != nil
                && records.all.contains { $0.verdict == nil && $0.services.isEmpty && $0.number != own }
        )
    }
}
