import Rules

/// A drop as the settings of its app let it be.
extension Drop {
    package init(parsing bytes: [UInt8], for app: AppSettings) throws(DropRefusal) {
        try self.init(parsing: bytes, registry: app.registry, credential: app.credential, allowed: app.variables)
    }

    /// - Throws: if the app's settings do not allow it any more.
    init(_ kept: KeptDrops.Kept, for app: AppSettings) throws(Failure) {
        try self.init(kept.claim, for: app)
    }

    init(_ claim: Spool.Claim, for app: AppSettings) throws(Failure) {
        do throws(DropRefusal) {
            switch claim {
            case .refused(let refusal, _): throw refusal
            case .drop(let bytes, _): self = try Drop(parsing: bytes, for: app)
            }
            isFromRoot = claim.isFromRoot
        } catch {
            throw Failure(error)
        }
    }
}
