namespace Streaming.Shared.Aws;

/// <summary>What tells one JSON service of AWS from another.</summary>
/// <param name="Id">The SDK's service id; <c>AWS_ENDPOINT_URL_&lt;ID&gt;</c> and a profile's <c>services</c> section go by it.</param>
/// <param name="SigningName">In the signature and in IAM actions, and the first label of the host: <c>kinesis</c>.</param>
/// <param name="TargetPrefix">Before the operation in <c>X-Amz-Target</c>: <c>Kinesis_20131202</c>.</param>
/// <param name="ContentType">By the service's JSON protocol version.</param>
public sealed record AwsService(string Id, string SigningName, string TargetPrefix, string ContentType)
{
    public static AwsService Kinesis { get; } = new("Kinesis", "kinesis", "Kinesis_20131202", "application/x-amz-json-1.1");

    public static AwsService Glue { get; } = new("Glue", "glue", "AWSGlue", "application/x-amz-json-1.1");

    /// <summary>Not a JSON service, but its endpoint is found the same way.</summary>
    public static AwsService S3 { get; } = new("S3", "s3", "", "");
}
