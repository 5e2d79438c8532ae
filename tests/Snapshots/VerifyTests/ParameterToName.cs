namespace VerifyTests;

/// <summary>Writes a theory's argument as it shall stand in the file name.</summary>
public delegate string ParameterToName<in T>(T parameter);
