using Amazon.Runtime;
using Streaming.Shared.Aws;
using Streaming.Shared.Objects;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd.Aws;

/// <summary>kinesis-local and moto_server, for all tests of the collection; those that are installed.</summary>
public sealed class AwsEmulators : IAsyncLifetime
{
    public const string Collection = "AWS emulators";
    public const string Bucket = "test-lake";

    private const string Credential = "test";

    private readonly HttpClient _http = new();
    private KinesisLocal? _kinesis;
    private MotoServer? _moto;

    /// <summary>What is not installed; empty if all is.</summary>
    public static string Missing => !KinesisLocal.IsThere ? KinesisLocal.Missing : !MotoServer.IsThere ? MotoServer.Missing : "";

    /// <summary>What any AWS client needs to reach both, and nothing else.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL_KINESIS"] = _kinesis!.Endpoint,
        ["AWS_ENDPOINT_URL_S3"] = _moto!.Endpoint,
        ["AWS_REGION"] = "us-east-1",
        ["AWS_DEFAULT_REGION"] = "us-east-1",
        ["AWS_ACCESS_KEY_ID"] = Credential,
        ["AWS_SECRET_ACCESS_KEY"] = Credential,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    public async ValueTask InitializeAsync()
    {
        if (Missing.Length > 0) return;
        _kinesis = await KinesisLocal.StartAsync();
        _moto = await MotoServer.StartAsync();
        using HttpResponseMessage made = await _http.PutAsync(new Uri($"{_moto.Endpoint}/{Bucket}"), null);
        made.EnsureSuccessStatusCode();
    }

    public IObjectStore OpenLake(string address) => ObjectStores.Open(address, TimeProvider.System, new AwsSettings
    {
        EndpointUrl = _moto!.Endpoint,
        Region = "us-east-1",
        Credentials = new BasicAWSCredentials(Credential, Credential),
    });

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_kinesis is not null) await _kinesis.DisposeAsync();
        if (_moto is not null) await _moto.DisposeAsync();
    }
}

[CollectionDefinition(AwsEmulators.Collection)]
public sealed class AwsEmulatorsCollection : ICollectionFixture<AwsEmulators>;
