using System.Net.Sockets;
using Polly.Timeout;

namespace Streaming.Shared.Aws;

/// <summary>What the caller of a failed request does. A kind exists only where that differs.</summary>
public enum AwsReaction
{
    /// <summary>Again after a pause: a throttle. The request was not carried out.</summary>
    Throttled,

    /// <summary>Again after a pause: a fault on the way or in the service. The request may have been carried out.</summary>
    OutcomeUnknown,

    /// <summary>Again at once, signed with the service's own time.</summary>
    CorrectClock,

    /// <summary>Again with fresh credentials.</summary>
    RenewCredentials,

    /// <summary>The reader takes a new iterator from its last sequence number.</summary>
    RenewIterator,

    /// <summary>No such stream, shard or table.</summary>
    NotFound,

    /// <summary>It is there already, or is being made or deleted.</summary>
    InUse,

    /// <summary>Never again: access denied, or a request that is wrong.</summary>
    Stop,
}

/// <summary>The one place where errors of AWS are sorted, by what the caller does.</summary>
public static class AwsErrors
{
    /// <summary>A wrong clock is corrected only if it is off by more than this; services accept five minutes.</summary>
    public static readonly TimeSpan WorthCorrecting = TimeSpan.FromMinutes(1);

    /// <param name="status">HTTP status.</param>
    /// <param name="code">Last part of <c>__type</c>, or of the header <c>x-amzn-ErrorType</c>.</param>
    /// <param name="clockIsOff">The answer's <c>Date</c> and our clock differ by more than <see cref="WorthCorrecting"/>.</param>
    public static AwsReaction Sort(int status, string code, bool clockIsOff) => code switch
    {
        "ProvisionedThroughputExceededException" or "LimitExceededException" or "ThrottlingException" or "Throttling" or "ThrottledException"
            or "RequestLimitExceeded" or "TooManyRequestsException" or "KMSThrottlingException" or "SlowDown" => AwsReaction.Throttled,
        "ExpiredIteratorException" => AwsReaction.RenewIterator,
        "ExpiredTokenException" or "ExpiredToken" => AwsReaction.RenewCredentials,
        "RequestTimeTooSkewed" or "RequestExpired" or "InvalidSignatureException" or "SignatureDoesNotMatch" or "RequestInTheFuture" when clockIsOff
            => AwsReaction.CorrectClock,
        "ResourceNotFoundException" or "EntityNotFoundException" => AwsReaction.NotFound,
        "ResourceInUseException" or "AlreadyExistsException" => AwsReaction.InUse,
        "RequestTimeout" or "RequestTimeoutException" => AwsReaction.OutcomeUnknown,
        _ when status == 429 => AwsReaction.Throttled,
        _ when status is >= 500 or 408 => AwsReaction.OutcomeUnknown,
        _ => AwsReaction.Stop,
    };

    /// <summary>Null for an exception that is a bug of ours or the caller's own cancellation.</summary>
    public static AwsReaction? Sort(Exception error) => error switch
    {
        AwsException known => known.Reaction,
        // TLS that cannot be verified does not get better by asking again.
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => AwsReaction.Stop,
        HttpRequestException or TimeoutRejectedException or IOException or SocketException => AwsReaction.OutcomeUnknown,
        _ => null,
    };

    /// <summary>Codes of single records inside a successful PutRecords are all worth another attempt; these are throttles.</summary>
    public static bool IsThrottle(string code) => Sort(400, code, clockIsOff: false) == AwsReaction.Throttled;

    /// <summary>Services answer a wrong signature with the text that they signed, in which the session token stands.</summary>
    internal static bool MayTellSecrets(string code) => code.Contains("Signature", StringComparison.Ordinal) || code.Contains("Token", StringComparison.Ordinal);

    /// <summary>What the user can do about it.</summary>
    internal static string RemedyOf(string code) => code switch
    {
        "AccessDeniedException" or "AccessDenied" => "Allow the action on the resource in the identity's IAM policy (deploy/aws has both policies).",
        "ExpiredTokenException" or "ExpiredToken" => "The credentials have expired and could not be renewed. Log in again (for instance: aws sso login).",
        "UnrecognizedClientException" or "InvalidClientTokenId" or "MissingAuthenticationTokenException" or "InvalidSignatureException" or "SignatureDoesNotMatch"
            => "The credentials are not accepted. Check --profile, AWS_PROFILE and the AWS_* variables, and this machine's clock.",
        _ => "",
    };
}
