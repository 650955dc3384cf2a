import DockerModel
import Linux
import Rules

/// An app's deployments, the newest first.
package struct Deployments: Encodable, Sendable {
    package let app: AppName
    package var deployments: [Deployment] = []
    /// The numbers of the records that cannot be read.
    package var unreadable: [Int] = []

    package init(app: AppName) {
        self.app = app
    }

    /// What a line tells of a deployment; its record has the rest.
    package struct Deployment: Encodable, Sendable {
        package let number: Int
        /// Nil while the deployment is under way.
        package let verdict: Verdict?
        package let cause: Cause?
        package let reason: String?
        /// The phase that is under way; nil after the verdict, and before the drop has its turn.
        package let phase: Phase?
        package let request: String?
        package let by: String?
        package let imageTag: String?
        package let rolledBackTo: Int?
        package let received: Timestamp
        package let ended: Timestamp?
        /// From its turn to its verdict.
        package let seconds: Double?

        package init(_ record: Record) {
            number = record.number
            verdict = record.verdict
            cause = record.cause
            reason = record.reason
            phase = record.verdict == nil && record.started != nil ? record.phases.last?.name : nil
            request = record.request
            by = record.by
            imageTag = record.variables["IMAGE_TAG"]
            rolledBackTo = record.rolledBackTo
            received = record.received
            ended = record.ended
            seconds = record.seconds
        }
    }
}
