namespace Streaming.Consumer.Catalog;

/// <summary>Where partitions are registered as they come into being.</summary>
public enum CatalogKind
{
    None,

    /// <summary>The AWS Glue data catalog, which Athena reads.</summary>
    Glue,
}
