namespace Streaming.Tests.TestKit.Aws;

/// <param name="Number">Counts from 0.</param>
/// <param name="Key">Empty for calls on the bucket.</param>
/// <param name="Condition">The If-None-Match or If-Match of a put, or null.</param>
/// <param name="Range">The Range of a get, or null.</param>
public sealed record S3Call(int Number, string Method, string Bucket, string Key, string? Condition, string? Range);

/// <summary>What happens to a call.</summary>
public enum S3Fault
{
    None,

    /// <summary>503 SlowDown; nothing is done.</summary>
    SlowDown,

    /// <summary>500 InternalError; nothing is done.</summary>
    InternalError,

    /// <summary>409 ConditionalRequestConflict; nothing is done.</summary>
    Conflict,

    /// <summary>412 as if another writer had been quicker; nothing is done.</summary>
    LostRace,

    /// <summary>403 AccessDenied; nothing is done.</summary>
    AccessDenied,

    /// <summary>403 SignatureDoesNotMatch with what was signed, the session token too; nothing is done.</summary>
    BadSignature,

    /// <summary>The connection is cut before anything is done.</summary>
    Drop,

    /// <summary>The call takes place, and the connection is cut instead of an answer.</summary>
    DropAfter,

    /// <summary>The call takes place, and no answer comes until the client gives up.</summary>
    HangAfter,

    /// <summary>The call takes place, and it is answered with 500.</summary>
    InternalErrorAfter,

    /// <summary>The call takes place, and a bit of the object is flipped on the way to the client.</summary>
    Corrupt,
}
