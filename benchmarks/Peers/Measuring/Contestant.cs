namespace PPYolo.Peers.Measuring;

/// <summary>A way to do some work.</summary>
/// <param name="Name">As the table shows it.</param>
/// <param name="Program">The program of its process.</param>
/// <param name="Arguments">The program's arguments.</param>
internal sealed record Contestant(string Name, string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Settings of its process beside this one's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>One of our subjects, in a process of its own.</summary>
    public static Contestant Ours(string name, string subject, params IEnumerable<object> arguments) =>
        new(name, System.Environment.ProcessPath!, [Subjects.SubjectList.ChildCommand, subject, .. arguments.Select(Text)]);

    public static string Text(object value) => FormattableString.Invariant($"{value}");
}
