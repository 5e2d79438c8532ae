using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

public partial class VerifySettings
{
    internal object?[]? Parameters { get; private set; }

    internal string? ParametersText { get; private set; }

    internal IReadOnlySet<string>? IgnoredParameters { get; private set; }

    internal bool ParametersIgnoredForVerified { get; private set; }

    /// <summary>Whether the arguments of the theory have been given.</summary>
    public bool HasParameters => Parameters is not null;

    /// <summary>Gives the one argument of a theory.</summary>
    public void UseParameters<T>(T parameter) => UseParameters(new object?[] { parameter });

    /// <summary>Gives the one argument of a theory, an array.</summary>
    public void UseParameters<T>(T[] parameters) => UseParameters(new object?[] { parameters });

    /// <summary>
    /// Gives the arguments of a theory in the order of its parameters, so that each case has files of its own:
    /// <c>Class.Method_name=value.verified.txt</c>. Trailing ones may be left out. xunit 2 does not tell them, so a theory without this
    /// call fails at its second case.
    /// </summary>
    /// <exception cref="InvalidOperationException">A file name or a text for the parameters has been set.</exception>
    public void UseParameters(params object?[] parameters)
    {
        if (parameters is null || parameters.Length == 0)
        {
            throw new ArgumentException("There must be at least one parameter.", nameof(parameters));
        }

        ThrowIfFileNamed(nameof(UseParameters));
        if (ParametersText is not null)
        {
            throw new InvalidOperationException("UseParameters cannot stand beside UseTextForParameters.");
        }

        Parameters = parameters;
    }

    /// <summary>Sets the text that stands in the file names where the parameters would: <c>Class.Method_text.verified.txt</c>.</summary>
    /// <exception cref="InvalidOperationException">Parameters have been given.</exception>
    public void UseTextForParameters(string parametersText)
    {
        if (Parameters is not null)
        {
            throw new InvalidOperationException("UseTextForParameters cannot stand beside UseParameters.");
        }

        ParametersText = FileNames.CheckExtension(parametersText);
    }

    /// <summary>
    /// Leaves parameters of these names out of the name of the verified file, or all if none is named; the received file keeps them.
    /// </summary>
    public void IgnoreParameters(params string[] parameterNames) => IgnoredParameters = parameterNames.ToHashSet();

    /// <summary>
    /// Lets all cases of a theory share one verified file; the received files keep the parameters. Parameters may be given here or by
    /// UseParameters.
    /// </summary>
    public void IgnoreParametersForVerified(params object?[] parameters)
    {
        if (parameters.Length > 0)
        {
            UseParameters(parameters);
        }

        ParametersIgnoredForVerified = true;
    }
}
