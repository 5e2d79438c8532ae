namespace VerifyTests;

/// <summary>
/// How one verification is done. Settings passed to several tests are copied by each, so that changes made fluently stay with one.
/// </summary>
public partial class VerifySettings
{
    /// <summary>Creates the default settings.</summary>
    public VerifySettings() { }

    /// <summary>Creates a copy.</summary>
    public VerifySettings(VerifySettings? settings)
    {
        if (settings is null)
        {
            return;
        }

        DiffEnabled = settings.DiffEnabled;
        Directory = settings.Directory;
        FileName = settings.FileName;
        TypeName = settings.TypeName;
        MethodName = settings.MethodName;
        Unique = settings.Unique;
        UniquePrefixDisabled = settings.UniquePrefixDisabled;
        Parameters = settings.Parameters;
        ParametersText = settings.ParametersText;
        IgnoredParameters = settings.IgnoredParameters;
        ParametersIgnoredForVerified = settings.ParametersIgnoredForVerified;
        autoVerify = settings.autoVerify;
        throwException = settings.throwException;
        stringComparers.CopyFrom(settings.stringComparers);
        streamComparers.CopyFrom(settings.streamComparers);
        Scrubbers.CopyFrom(settings.Scrubbers);
        ScrubbersEnabled = settings.ScrubbersEnabled;
        foreach (var (key, value) in settings.Context)
        {
            Context.Add(key, value is ICloneable cloneable ? cloneable.Clone() : value);
        }
    }

    /// <summary>What comparers get to see beside the contents.</summary>
    public Dictionary<string, object> Context { get; } = [];

    internal bool DiffEnabled { get; private set; } = true;

    /// <summary>Starts no diff tool for this test.</summary>
    public void DisableDiff() => DiffEnabled = false;
}
