using System.Text;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Streaming.Consumer.Catalog;
using Streaming.Shared.Aws;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.Unit.Catalog;

/// <summary>A catalog in this process with the table in it, and the real client in front.</summary>
internal sealed class GlueFixture : IAsyncDisposable
{
    public const string Lake = "s3://bucket/lake";

    private readonly AwsJsonClient _client;

    private GlueFixture(FakeAws aws)
    {
        Aws = aws;
        _client = new AwsJsonClient(
            AwsService.Glue,
            new AwsSettings
            {
                Region = "us-east-1",
                EndpointUrl = aws.Endpoint,
                Credentials = new BasicAWSCredentials(FakeAws.AccessKey, FakeAws.SecretKey),
            },
            TimeProvider.System,
            new Random(1));
        Table = new GlueTable(_client, Lake);
    }

    public FakeAws Aws { get; }

    public GlueTable Table { get; }

    public IReadOnlyList<string> Registered => Aws.Glue.Partitions(GlueTable.Database, GlueTable.Table);

    public static async Task<GlueFixture> StartAsync(bool withTable = true)
    {
        var glue = new GlueFixture(await FakeAws.StartAsync());
        if (!withTable) return glue;
        await glue.CallAsync("CreateDatabase", $$$"""{"DatabaseInput":{"Name":"{{{GlueTable.Database}}}"}}""");
        await glue.CallAsync("CreateTable", $$$"""
            {"DatabaseName":"{{{GlueTable.Database}}}","TableInput":{"Name":"{{{GlueTable.Table}}}","StorageDescriptor":{
              "Columns":[{"Name":"window_start","Type":"timestamp"}],"Location":"{{{Lake}}}/avg_1min/","SerdeInfo":{"SerializationLibrary":"parquet"} } } }
            """);
        return glue;
    }

    /// <summary>What the catalog holds about each partition.</summary>
    public async Task<JsonArray> StoredAsync()
        => (await CallAsync("GetPartitions", $$$"""{"DatabaseName":"{{{GlueTable.Database}}}","TableName":"{{{GlueTable.Table}}}"}"""))["Partitions"]!.AsArray();

    private async Task<JsonNode> CallAsync(string operation, string body)
    {
        var response = new ResponseBuffer();
        await _client.SendAsync(operation, "the catalog", Encoding.UTF8.GetBytes(body), response, CancellationToken.None);
        return JsonNode.Parse(response.Span)!;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Aws.DisposeAsync();
    }
}
