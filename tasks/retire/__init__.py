"""Steps of a retirement: notices, consumers' answers, transition plans, withdrawal, dossier."""
