namespace Streaming.Shared.Settings;

/// <summary>A setting in <c>appsettings.json</c> or in the environment is unknown or wrong; nothing was touched.</summary>
public sealed class InvalidSettingException(string message) : Exception(message);
