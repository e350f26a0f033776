using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Streaming.Shared.Aws;

namespace Streaming.Shared.Objects.S3;

/// <summary>What a failed call means for its caller; the one place where S3's errors are sorted.</summary>
internal static class S3Failure
{
    /// <summary>
    /// The condition of a put did not hold, and nothing was written: 412, or 404 where the object of an If-Match is gone. Not 409, by
    /// which S3 says that it could not tell: that is to be tried again.
    /// </summary>
    public static bool IsConditionFailed(AmazonS3Exception error, bool ifMatch)
        => error.StatusCode == HttpStatusCode.PreconditionFailed || (ifMatch && IsNoSuchKey(error));

    /// <summary>There is no such object, though there is the bucket. A 404 of something else on the way says nothing about the object.</summary>
    public static bool IsNoSuchKey(AmazonS3Exception error)
        => error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode == "NoSuchKey";

    /// <summary>Whether it is the store, and not this program, that failed.</summary>
    public static bool IsOfTheStore(Exception error)
        => error is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException or NoAnswerException;

    /// <summary>The failure as a message: address, action, resource, what S3 said, what to do.</summary>
    /// <param name="action">As IAM names it: <c>s3:PutObject</c>.</param>
    /// <param name="resource">The key, or null for the bucket.</param>
    public static StoreUnavailableException Explain(Exception error, string address, string bucket, string action, string? resource)
    {
        string arn = $"arn:aws:s3:::{bucket}{(resource is null ? "" : "/" + resource)}";
        bool tellsSecrets = error is AmazonServiceException { ErrorCode: { } code } && AwsErrors.MayTellSecrets(code);
        string says = error switch
        {
            OperationCanceledException => "no answer in time",
            AmazonServiceException service when tellsSecrets => $"{(int)service.StatusCode} {service.ErrorCode}",
            AmazonServiceException service => $"{(int)service.StatusCode} {service.ErrorCode}: {service.Message}",
            _ => error.Message,
        };
        return new StoreUnavailableException($"{address}: {action} on {arn} failed: {says.TrimEnd('.')}. {Remedy(error, bucket, action, arn)}", tellsSecrets ? null : error);
    }

    private static string Remedy(Exception error, string bucket, string action, string arn) => error switch
    {
        AmazonS3Exception { ErrorCode: "NoSuchBucket" } => $"Create bucket {bucket} in this region, or name another in the address.",
        AmazonS3Exception { ErrorCode: "ExpiredToken" or "ExpiredTokenException" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" }
            => "Renew the credentials, or choose others with AWS_PROFILE.",
        AmazonS3Exception { ErrorCode: "RequestTimeTooSkewed" } => "Set this machine's clock.",
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden } when action == "s3:GetObject"
            => $"Allow {action} on {arn} to this identity, and s3:ListBucket on the bucket: without it S3 hides which keys are missing.",
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden } => $"Allow {action} on {arn} to this identity, or choose another with AWS_PROFILE.",
        AmazonS3Exception { StatusCode: HttpStatusCode.MovedPermanently or HttpStatusCode.BadRequest } => "Check the region (AWS_REGION) and the endpoint (AWS_ENDPOINT_URL).",
        AmazonS3Exception { StatusCode: HttpStatusCode.Conflict } => "Another call on the same key was under way; it is tried again.",
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests } => "S3 is overloaded or has a fault; it is tried again.",
        AmazonClientException damaged when damaged.Message.Contains("hash", StringComparison.OrdinalIgnoreCase) => "The object was damaged on its way.",
        AmazonClientException => "Check the credentials (AWS_PROFILE, AWS_ACCESS_KEY_ID or a role).",
        _ => "Check the endpoint (AWS_ENDPOINT_URL), the region and the network.",
    };
}
