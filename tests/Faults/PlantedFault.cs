using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>A wrong training and what must be found.</summary>
/// <param name="Name">What was done wrong.</param>
/// <param name="Family">Where.</param>
/// <param name="Causes">The ids of the causes any of which names it rightly; <see cref="None"/> where no cause does.</param>
/// <param name="Training">The training.</param>
/// <param name="Frontier">Where the difference enters, as iteration, phase and name with * for what may vary.</param>
/// <param name="Ranks">How many ranks train.</param>
internal sealed record PlantedFault(
    string Name,
    FaultFamily Family,
    IReadOnlyList<string> Causes,
    Alteration Training,
    string Frontier,
    int Ranks = 1
)
{
    /// <summary>In the place of causes: none describes this fault, and saying so is right.</summary>
    public const string None = "none";

    /// <summary>A fault that one cause describes.</summary>
    public PlantedFault(string name, FaultFamily family, string cause, Alteration training, string frontier, int ranks = 1)
        : this(name, family, [cause], training, frontier, ranks) { }

    /// <summary>The cause that describes it best.</summary>
    public string Cause => Causes[0];

    /// <summary>The training it is a fault of.</summary>
    public BenchCase Case { get; init; } = BenchCase.Small;

    /// <summary>Why it moves no gradient, weight or average of its case by more than clean reruns do; null where it moves some.</summary>
    public string? Unmoved { get; init; }

    /// <summary>Whether an id names it rightly.</summary>
    public bool IsNamedBy(string id) => Causes.SelectMany(CauseNames.Of).Contains(id) || CauseNames.RuleMadeOn(Name) == id;

    public override string ToString() => Name;
}
