namespace PPYolo.Harness.Checkouts;

/// <summary>Which theories somebody asks for, and how they are built and run.</summary>
/// <param name="Golden">NAME of the one golden to look at; null is all.</param>
/// <param name="Filter">A filter of dotnet test; null is none.</param>
/// <param name="Project">A test project, a program or a solution, as seen from the repository's top; null is found by the goldens.</param>
/// <param name="Build">A command that builds, run by the shell in the checkout, instead of dotnet build.</param>
/// <param name="Run">A command that runs, likewise, instead of dotnet test or the program.</param>
internal sealed record TheoryChoice(
    string? Golden = null,
    string? Filter = null,
    string? Project = null,
    string? Build = null,
    string? Run = null
);
