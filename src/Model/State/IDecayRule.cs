namespace PPYolo.Model.State;

/// <summary>A module that says which of its own parameters weight decay is on; on those of other modules it is.</summary>
public interface IDecayRule
{
    /// <summary>Whether weight decay is on a parameter.</summary>
    /// <param name="parameter">Its name in this module, such as "bias".</param>
    bool Decays(string parameter);
}
