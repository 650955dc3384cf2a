import DockerModel
import Rules
import Synchronization

/// The Compose project of each app, as its newest record with one says: read from the disk once, then kept up to date by
/// the ledgers, which alone write records.
final class Projects: Sendable {
    private let known = Mutex<[AppName: ProjectName?]>([:])

    func note(_ project: ProjectName, of app: AppName) { known.withLock { $0[app] = project } }

    /// Nil if no record of the app has one.
    func project(of app: AppName, _ store: Store) -> ProjectName? {
        if let project = known.withLock({ $0[app] }) { return project }
        let latest = ((try? store.numbers()) ?? []).suffix(10).reversed()
        let project = latest.lazy.compactMap { store.outline(of: $0)?.project }.first
        known.withLock { $0[app] = .some(project) }
        return project
    }
}
