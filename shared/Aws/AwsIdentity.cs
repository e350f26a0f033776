using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Amazon.SecurityToken;

namespace Streaming.Shared.Aws;

/// <summary>Owns the credentials of one client: finds them once along the SDK's chain, and again when they have expired.</summary>
internal sealed class AwsIdentity
{
    private readonly ClientConfig _config;
    private readonly AWSCredentials? _given;
    private AWSCredentials? _current;

    /// <param name="given">Credentials that the caller has; null for the chain.</param>
    public AwsIdentity(ClientConfig config, AWSCredentials? given) => (_config, _given, _current) = (config, given, given);

    /// <exception cref="AwsException">The chain ends without credentials.</exception>
    // The chain makes these two by their names, for assumed roles and web identities: a native program would be without them.
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceClient))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, typeof(AmazonSecurityTokenServiceConfig))]
    public async ValueTask<AWSCredentials> GetAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref _current) is { } known) return known;
        using var chain = new DefaultAWSCredentialsIdentityResolver();
        try
        {
            AWSCredentials found = await chain.ResolveIdentityAsync(_config, cancellation);
            Volatile.Write(ref _current, found);
            return found;
        }
        catch (AmazonClientException e)
        {
            throw new AwsException(
                AwsReaction.Stop, "NoCredentials", "No AWS credentials were found. Set --profile, AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role.", e);
        }
    }

    public void Renew()
    {
        if (Volatile.Read(ref _current) is RefreshingAWSCredentials refreshing) refreshing.ClearCredentials();
        Volatile.Write(ref _current, _given);
    }
}
