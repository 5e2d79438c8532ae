using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>A wrong training and what must be found.</summary>
/// <param name="Name">What was done wrong.</param>
/// <param name="Cause">The cause that must be named.</param>
/// <param name="Training">The training.</param>
/// <param name="Frontier">Where the difference enters, as iteration, phase and name with * for what may vary.</param>
/// <param name="Ranks">How many ranks train.</param>
internal sealed record PlantedFault(string Name, string Cause, Alteration Training, string Frontier, int Ranks = 1)
{
    public override string ToString() => Name;
}
