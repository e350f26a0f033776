using Amazon.Runtime;

namespace Streaming.Shared.Aws;

/// <summary>
/// What the command line says about AWS. Whatever is null comes from where every AWS tool takes it: the <c>AWS_*</c> variables, the
/// shared config and credentials files, container and instance roles.
/// </summary>
public sealed record AwsSettings
{
    public static AwsSettings FromEnvironment { get; } = new();

    /// <summary><c>--profile</c>, before <c>AWS_PROFILE</c>.</summary>
    public string? Profile { get; init; }

    /// <summary><c>--region</c>, before <c>AWS_REGION</c>, <c>AWS_DEFAULT_REGION</c> and the profile's.</summary>
    public string? Region { get; init; }

    /// <summary><c>--endpoint-url</c>, before <c>AWS_ENDPOINT_URL_&lt;SERVICE&gt;</c> and <c>AWS_ENDPOINT_URL</c>.</summary>
    public string? EndpointUrl { get; init; }

    /// <summary>Plain HTTP to hosts other than this machine. Requests are signed but readable and, within minutes, repeatable.</summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>Counts what its users' requests come to.</summary>
    public AwsActivity Activity { get; init; } = new();

    /// <summary>Credentials that the caller has; null for the SDK's chain.</summary>
    public AWSCredentials? Credentials { get; init; }
}
