using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>
/// AWS in this process: S3, Kinesis and a little of Glue behind one port of the loopback address. Owns the web server and tells the
/// services apart. Does not own what they hold and how they fail: each service does.
/// </summary>
public sealed class FakeAws : IAsyncDisposable
{
    public const string AccessKey = "AKIDFAKEFAKEFAKEFAKE";
    public const string SecretKey = "fakeSecretFAKEsecretFAKEsecretFAKEsecret";
    public const string SessionToken = "fakeTokenFAKEtokenFAKEtokenFAKEtoken";

    private readonly WebApplication _server;

    private FakeAws(WebApplication server) => _server = server;

    /// <summary><c>http://127.0.0.1:port</c>, for <c>AWS_ENDPOINT_URL</c>.</summary>
    public string Endpoint => _server.Urls.Single();

    public FakeS3 S3 { get; } = new();

    public FakeGlue Glue { get; } = new();

    public FakeKinesis Kinesis { get; } = new();

    /// <summary>What a process needs to reach this server and nothing else.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentVariables => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL"] = Endpoint,
        ["AWS_REGION"] = "us-east-1",
        ["AWS_ACCESS_KEY_ID"] = AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
        ["AWS_SESSION_TOKEN"] = SessionToken,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    public static async Task<FakeAws> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = 64L << 20;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        WebApplication server = builder.Build();
        var aws = new FakeAws(server);
        server.Run(aws.HandleAsync);
        await server.StartAsync();
        return aws;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // The JSON services name their operation in a header; S3 has none.
    private Task HandleAsync(HttpContext context)
    {
        string target = context.Request.Headers["X-Amz-Target"].ToString();
        if (target.StartsWith("Kinesis_20131202.", StringComparison.Ordinal)) return Kinesis.HandleAsync(context);
        if (target.StartsWith("AWSGlue.", StringComparison.Ordinal)) return Glue.HandleAsync(context);
        return S3.HandleAsync(context);
    }
}
