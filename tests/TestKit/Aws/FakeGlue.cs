using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>Databases, tables and partitions of Glue's catalog, as far as a writer of partitions needs them.</summary>
public sealed class FakeGlue
{
    private const int MaxPartitionsPerBatch = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, JsonObject> _databases = [];
    private readonly Dictionary<string, JsonObject> _tables = [];
    private readonly Dictionary<string, SortedDictionary<string, JsonObject>> _partitions = [];

    /// <summary>Calls that fail before they do anything: given the operation's name, an error type (answered with 400, or 500 if it is a service's) or null.</summary>
    public Func<string, string?> Faults { get; set; } = _ => null;

    /// <summary>Values of the partitions of a table, as <c>AAPL/2024-01-02</c>, in order.</summary>
    public IReadOnlyList<string> Partitions(string database, string table)
    {
        lock (_lock) return [.. _partitions.GetValueOrDefault($"{database}.{table}")?.Keys ?? Enumerable.Empty<string>()];
    }

    internal async Task HandleAsync(HttpContext context)
    {
        string operation = context.Request.Headers["X-Amz-Target"].ToString()["AWSGlue.".Length..];
        JsonObject request = await AwsJson.ReadAsync(context);
        try
        {
            if (Faults(operation) is { } fault) throw new GlueException(fault, "injected");
            JsonObject answer;
            lock (_lock) answer = Answer(operation, request);
            await AwsJson.WriteAsync(context, answer);
        }
        catch (GlueException error)
        {
            int status = error.Type is "InternalServiceException" or "OperationTimeoutException" ? 500 : 400;
            await AwsJson.ErrorAsync(context, status, error.Type, error.Message);
        }
    }

    private JsonObject Answer(string operation, JsonObject request) => operation switch
    {
        "CreateDatabase" => Create(_databases, Text(request["DatabaseInput"]!, "Name"), request["DatabaseInput"]!),
        "GetDatabase" => new JsonObject { ["Database"] = Find(_databases, Text(request, "Name")) },
        "CreateTable" => CreateTable(request),
        "GetTable" => new JsonObject { ["Table"] = Find(_tables, $"{Text(request, "DatabaseName")}.{Text(request, "Name")}") },
        "BatchCreatePartition" => CreatePartitions(request),
        "GetPartitions" => GetPartitions(request),
        _ => throw new GlueException("UnknownOperationException", operation),
    };

    private static JsonObject Create(Dictionary<string, JsonObject> entities, string name, JsonNode entity)
        => entities.TryAdd(name, entity.DeepClone().AsObject()) ? [] : throw new GlueException("AlreadyExistsException", $"{name} already exists.");

    private JsonObject CreateTable(JsonObject request)
    {
        string database = Text(request, "DatabaseName");
        Find(_databases, database);
        JsonObject table = request["TableInput"]!.DeepClone().AsObject();
        table["DatabaseName"] = database;
        return Create(_tables, $"{database}.{Text(table, "Name")}", table);
    }

    // A batch with errors in it is a success: each partition fails for itself.
    private JsonObject CreatePartitions(JsonObject request)
    {
        SortedDictionary<string, JsonObject> partitions = PartitionsOf(request);
        JsonArray inputs = request["PartitionInputList"]!.AsArray();
        if (inputs.Count > MaxPartitionsPerBatch)
            throw new GlueException("ValidationException", $"PartitionInputList has {inputs.Count} members; at most {MaxPartitionsPerBatch} are allowed.");
        var errors = new JsonArray();
        foreach (JsonObject input in inputs.Select(input => input!.DeepClone().AsObject()))
        {
            JsonArray values = input["Values"]!.AsArray();
            if (partitions.TryAdd(string.Join('/', values.Select(value => value!.GetValue<string>())), input)) continue;
            errors.Add(new JsonObject
            {
                ["PartitionValues"] = values.DeepClone(),
                ["ErrorDetail"] = new JsonObject { ["ErrorCode"] = "AlreadyExistsException", ["ErrorMessage"] = "Partition already exists." },
            });
        }

        return errors.Count > 0 ? new JsonObject { ["Errors"] = errors } : [];
    }

    private JsonObject GetPartitions(JsonObject request)
    {
        int skip = request["NextToken"] is { } token ? int.Parse(token.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture) : 0;
        int limit = request["MaxResults"]?.GetValue<int>() ?? 1000;
        SortedDictionary<string, JsonObject> partitions = PartitionsOf(request);
        var answer = new JsonObject { ["Partitions"] = new JsonArray([.. partitions.Values.Skip(skip).Take(limit).Select(partition => partition.DeepClone())]) };
        if (skip + limit < partitions.Count) answer["NextToken"] = $"{skip + limit}";
        return answer;
    }

    private SortedDictionary<string, JsonObject> PartitionsOf(JsonObject request)
    {
        string table = $"{Text(request, "DatabaseName")}.{Text(request, "TableName")}";
        Find(_tables, table);
        if (!_partitions.TryGetValue(table, out SortedDictionary<string, JsonObject>? partitions))
            _partitions[table] = partitions = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        return partitions;
    }

    private static JsonNode Find(Dictionary<string, JsonObject> entities, string name)
        => entities.TryGetValue(name, out JsonObject? found) ? found.DeepClone() : throw new GlueException("EntityNotFoundException", $"{name} not found.");

    private static string Text(JsonNode node, string name)
        => node[name]?.GetValue<string>() ?? throw new GlueException("InvalidInputException", $"{name} is missing.");

    private sealed class GlueException(string type, string message) : Exception(message)
    {
        public string Type { get; } = type;
    }
}
