using System.Net;
using Amazon;
using Amazon.Runtime;

namespace Streaming.Shared.Aws;

/// <summary>Where a service's requests go and in which region they are signed.</summary>
public sealed record AwsEndpoint(Uri Url, RegionEndpoint Region)
{
    /// <exception cref="UsageException">No region, or an endpoint that is not to be spoken to.</exception>
    public static AwsEndpoint Resolve(AwsService service, AwsSettings settings) => Resolve(service, settings, new AwsClientConfig(service, settings));

    internal static AwsEndpoint Resolve(AwsService service, AwsSettings settings, ClientConfig config)
    {
        // The region before the endpoint: reading it afterwards makes the SDK drop an endpoint of the environment or the profile.
        RegionEndpoint? region = RegionOf(settings) ?? config.RegionEndpoint;
        string? url = settings.EndpointUrl ?? config.ServiceURL;
        if (string.IsNullOrEmpty(url))
        {
            if (region is null)
                throw new UsageException($"No AWS region for {service.Id}. Give --region, or set AWS_REGION or a profile's region.");
            string suffix = config.UseDualstackEndpoint ? "api.aws" : region.PartitionDnsSuffix;
            url = $"https://{service.SigningName}{(config.UseFIPSEndpoint ? "-fips" : "")}.{region.SystemName}.{suffix}";
        }

        return new AwsEndpoint(Check(url, settings), region ?? RegionEndpoint.USEast1);
    }

    private static RegionEndpoint? RegionOf(AwsSettings settings)
    {
        // The SDK knows AWS_REGION only; the AWS command line and boto3 know AWS_DEFAULT_REGION, before the profile's region.
        string? name = settings.Region ?? Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION");
        return name is null ? null : RegionEndpoint.GetBySystemName(name);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static Uri Check(string text, AwsSettings settings)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp) || url.UserInfo.Length > 0)
            throw new UsageException("The AWS endpoint is not an http(s) URL such as https://kinesis.us-east-1.amazonaws.com (without user and password).");
        if (url.Scheme == Uri.UriSchemeHttp && !settings.AllowPlainHttp && !IsThisMachine(url))
            throw new UsageException($"The AWS endpoint {url.GetLeftPart(UriPartial.Authority)} is plain HTTP on another machine. Use https, or allow it with --allow-plain-http.");
        return url;
    }

    private static bool IsThisMachine(Uri url)
        => url.IsLoopback || (IPAddress.TryParse(url.Host, out IPAddress? address) && IPAddress.IsLoopback(address));
}
