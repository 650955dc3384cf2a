/// What the Engine does when a container ends by itself.
package enum RestartPolicy: Hashable, Sendable {
    case no
    case always
    case unlessStopped
    /// After an exit code other than 0, at most so often; nil is without end.
    case onFailure(maximum: Int?)

    /// Whether a container that ended with exit code 0 is started again.
    package var startsAfterSuccess: Bool { self == .always || self == .unlessStopped }

    /// - Parameters:
    ///   - name: The Engine's word; an empty or unknown one is ``no``.
    ///   - maximum: The most restarts of `on-failure`, 0 without end.
    init(name: some StringProtocol, maximum: Int) {
        switch name {
        case "always": self = .always
        case "unless-stopped": self = .unlessStopped
        case "on-failure": self = .onFailure(maximum: maximum > 0 ? maximum : nil)
        default: self = .no
        }
    }
}
