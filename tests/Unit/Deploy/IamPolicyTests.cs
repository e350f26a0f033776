using System.Text.Json.Nodes;
using Streaming.Consumer.Catalog;
using Streaming.Shared.Streams.Kinesis;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Deploy;

/// <summary>The policies of deploy/aws name what the clients can ask for: no action is missing, and none is there in vain.</summary>
public sealed class IamPolicyTests
{
    private static readonly string Folder = Path.Combine(TestPaths.Repository, "deploy", "aws");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*-policy.json").Select(file => Path.GetFileName(file)).Order()];

    [Fact]
    public void AllPoliciesTogether_AllowTheOperationsOfTheClients()
    {
        string[] actions = [.. Files.SelectMany(file => Statements(file)).SelectMany(Actions).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(KinesisClient.Operations.Select(operation => "kinesis:" + operation).Order(StringComparer.Ordinal), Of("kinesis:"));
        Assert.Equal(GlueTable.Operations.Select(operation => "glue:" + operation).Order(StringComparer.Ordinal), Of("glue:"));
        Assert.Equal(["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"], Of("s3:"));

        IEnumerable<string> Of(string service) => actions.Where(action => action.StartsWith(service, StringComparison.Ordinal));
    }

    [Fact]
    public void Services_DoNoMoreThanTheirPart()
    {
        string[] producer = [.. Statements("producer-policy.json").SelectMany(Actions)];
        string[] consumer = [.. Statements("consumer-policy.json").SelectMany(Actions)];
        Assert.DoesNotContain(producer, action => action is "kinesis:GetRecords" or "s3:PutObject" or "s3:DeleteObject");
        Assert.DoesNotContain("kinesis:PutRecords", consumer);
        Assert.DoesNotContain(producer.Concat(consumer), action => action is "kinesis:CreateStream" or "kinesis:DeleteStream");
    }

    // Rows are never deleted by a service.
    [Fact]
    public void Consumer_DeletesStatesAndItsProbeOnly()
    {
        JsonNode statement = Assert.Single(Statements("consumer-policy.json"), statement => Actions(statement).Contains("s3:DeleteObject"));
        Assert.Equal(["s3:DeleteObject"], Actions(statement));
        Assert.Equal(
            ["arn:aws:s3:::LAKE_BUCKET/LAKE_PREFIX/checkpoints/*", "arn:aws:s3:::LAKE_BUCKET/LAKE_PREFIX/.store/*"], Texts(statement["Resource"]!));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Statement_NamesItsActionsAndResources(string file)
    {
        foreach (JsonNode statement in Statements(file))
        {
            Assert.Equal("Allow", statement["Effect"]!.GetValue<string>());
            Assert.DoesNotContain(Actions(statement), action => action.Contains('*', StringComparison.Ordinal));
            Assert.All(Texts(statement["Resource"]!), resource => Assert.Matches("^arn:aws:[a-z0-9]+:[^*]+(/\\*)?$", resource));
            if (Actions(statement).Contains("s3:ListBucket")) Assert.EndsWith("/*", statement["Condition"]!["StringLikeIfExists"]!["s3:prefix"]!.GetValue<string>(), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<JsonNode> Statements(string file)
        => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))!["Statement"]!.AsArray().Select(statement => statement!);

    private static IEnumerable<string> Actions(JsonNode statement) => Texts(statement["Action"]!);

    private static IEnumerable<string> Texts(JsonNode node)
        => node is JsonArray list ? list.Select(item => item!.GetValue<string>()) : [node.GetValue<string>()];
}
