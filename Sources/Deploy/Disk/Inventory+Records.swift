import Docker
import FoundationEssentials
import SystemPackage

extension Inventory.App {
    /// What an app's records say of the images that it needs.
    ///
    /// - Parameters:
    ///   - keep: how many good releases stay, beside the last one.
    ///   - isServed: whether berth still deploys the app; of one that it does not nobody prepares anything.
    ///   - own: the deployment that asks, which knows itself what it needs.
    init(_ name: AppName, _ records: [Record], isCertain: Bool, keep: Int, isServed: Bool = true, own: Int? = nil) {
        let kept = Releases(records).kept(keep)
        self.init(
            name: "\(name)",
            releases: records.map { record in
                Inventory.Release(
                    number: record.number,
                    images: Set(record.images.values.map(\.rawValue)),
                    standing: record.verdict == nil ? .underWay : kept.contains(record.number) ? .kept : .superseded,
                    received: .seconds(record.received.timeIntervalSince1970)
                )
            },
            isCertain: isCertain,
            isPreparing: isServed && records.contains { $0.verdict == nil && $0.services.isEmpty && $0.number != own }
        )
    }
}

extension Store {
    /// The apps that have records on this host, whether they are still deployed or not.
    static func apps(in state: FilePath) throws(StoreError) -> [AppName] {
        do {
            return try File.names(in: state).compactMap { AppName($0) }.sorted()
        } catch .noSuchFileOrDirectory {
            return []
        } catch {
            throw StoreError(path: state, problem: "cannot be listed: \(error)")
        }
    }
}
