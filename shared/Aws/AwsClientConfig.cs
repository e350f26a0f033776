using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Streaming.Shared.Aws;

/// <summary>The SDK's own settings object for a service that has no SDK package here: the chain reads region, profile and endpoints through it.</summary>
internal sealed class AwsClientConfig : ClientConfig
{
    private readonly AwsService _service;

    public AwsClientConfig(AwsService service, AwsSettings settings)
        : base(new DefaultConfigurationProvider())
    {
        _service = service;
        ServiceId = service.Id;
        AuthenticationServiceName = service.SigningName;
        if (settings.Profile is { } profile) Profile = new Amazon.Profile(profile);
    }

    public override string ServiceVersion => "";

    public override string UserAgent => "streaming-pipeline";

    public override string RegionEndpointServiceName => _service.SigningName;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters)
        => throw new NotSupportedException("Endpoints are resolved by AwsEndpoint.");

    private sealed class DefaultConfigurationProvider : IDefaultConfigurationProvider
    {
        public IDefaultConfiguration GetDefaultConfiguration(Amazon.RegionEndpoint clientRegion, DefaultConfigurationMode? requestedConfigurationMode = null)
            => new DefaultConfiguration();
    }
}
